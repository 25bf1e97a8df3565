// Package likeness says whom customers are like: what sets a group apart from everybody (personas), which groups they make up
// by themselves (clusters), who is most like the members of a group (look-alikes), what goes with what they buy
// (recommendations), and what they do when prices move.
//
// A model stands here only beside how well it told of what it had not seen, and beside the plain rule it must beat.
package likeness
