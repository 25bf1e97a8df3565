// Package house holds the tests that keep the house in order: which way imports run, which words are used, whether
// migrations come in pairs, how long files are, and that nothing of a machine leaks into the repository.
package house
