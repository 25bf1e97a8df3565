// Package collect is where facts come in: the import engine, its readers for CSV and XLSX, and the findings an
// import leaves. It does not know customers or orders: it hands typed rows, whole groups at a time, to a Kind that
// a later stage registers, and stores every outcome in the same transaction as the rows themselves.
//
// A file is read twice. The first pass checks structure, encoding and quotes of the whole file, counts its rows and
// finds groups that stand scattered, so that a broken file is refused before anything is applied. The second pass
// parses and applies batches; each batch is one transaction with its checkpoint, guarded by a fencing number, so
// that a process killed anywhere goes on exactly where it stood.
package collect
