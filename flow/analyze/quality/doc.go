// Package quality tells how far the records can be trusted: a score by dimension, the findings that lower it, repairs of
// many records at once that can be taken back, and scheduled searches with a report.
//
// Every customer is examined by rules. A rule belongs to one of five dimensions, has a weight w and asks a number of
// things of a record, some of which fail: a field that is missing, a number that cannot be one. With
//
//	S(d) = 1 - sum(w * failed) / sum(w * asked)      over the rules of dimension d that ask anything
//	score = sum(W(d) * S(d)) / sum(W(d))             over the dimensions that are judged at all
//
// where W is 0.30 for completeness, 0.25 validity, 0.20 consistency, 0.15 uniqueness and 0.10 timeliness. A finding costs
// W(d)/sum(W) * w/sum(w * asked) of its record's score: all findings of a record add up to what it lacks to 1. The score
// of many records, of a source or an owner, is the mean of theirs; that of a field is the share of records in which no
// finding names it. The dimensions are those of DAMA-DMBOK (2nd edition, chapter 13) that records alone can show.
package quality
