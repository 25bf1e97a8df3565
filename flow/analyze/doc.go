// Package analyze says what is going on: it copies records into columns, checks conditions and compiles them to
// queries, keeps segments, and reckons metrics, retention, RFM and the value of every customer. All of it reads
// columns; nothing loops over customers in Go that a query can do.
package analyze
