package collect

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/db"
)

// FieldType says how a cell is read. What each leaves in Value is told at Value.
type FieldType string

// The types of fields a kind may declare.
const (
	Text     FieldType = "text"
	Instant  FieldType = "instant"
	Day      FieldType = "day"
	Money    FieldType = "money"
	Quantity FieldType = "quantity"
	Integer  FieldType = "integer"
	Phone    FieldType = "phone"
	Email    FieldType = "email"
	Gender   FieldType = "gender"
	Bool     FieldType = "bool"
	Tags     FieldType = "tags"
)

// Field is one thing a column can be mapped to.
type Field struct {
	Name    string // as in the contract: "order_number", "customer.phone"
	LabelZH string
	LabelEN string
	Type    FieldType

	// Required fields must be mapped or constant, and a row without a value is rejected (value_missing).
	Required bool
	// Lenient fields do not reject the row when the cell cannot be read: the value stays unset and a finding
	// "<code>" (for instance date_unreadable) keeps the cell as it was.
	Lenient bool
	// Identifier cleans what spreadsheets do to numbers used as names: "17850.0" becomes "17850", counted as a correction.
	Identifier bool
	// Personal values are masked in errors.csv and in findings for those without the right to see them.
	Personal bool
	// Secret values are kept nowhere but in the record: refused rows, findings and examples of corrections show stars.
	Secret bool

	// Aliases are headers met in the wild, Chinese and English; case, spaces and punctuation do not matter.
	Aliases []string
	// Rest, of a field named "PREFIX.*", takes every column that no other field takes, where nothing else is said.
	Rest bool
	// Clean, where given, normalises a non-empty trimmed cell of type text, phone or email (E.164, lower case...).
	// A non-empty code says it cannot be used. It runs outside the transaction, beside the previous batch's Apply,
	// so costly work belongs here; it must be safe for concurrent use.
	Clean func(cell string) (clean string, code string)
}

// Kind is one sort of thing that can be imported: customers, relations, orders, order_lines, products. Kinds are implemented
// by the stage that owns the records and registered with Engine.Register.
type Kind interface {
	// Name is the kind's plural noun in the contract.
	Name() string
	// Fields are fixed; columns may also be mapped to "custom.NAME" (text) when the kind lists a field named "custom.*",
	// or to any other PREFIX.NAME likewise. That field stands last.
	Fields() []Field
	// GroupBy names the fields that tie rows together, nil when every row stands alone. All rows of a file with
	// the same values in them reach Apply in ONE batch, side by side and in file order, however far apart they
	// stand in the file. A row whose last GroupBy field is empty stands alone. For order_lines: shop, order_number.
	GroupBy() []string
	// Apply brings the rows of b into the records and sets b.Outcomes[i] for every row whose outcome is still
	// Pending. It runs inside the batch's one transaction, which also stores rejects, findings, changes and the
	// checkpoint; so it is applied exactly once, also across kill -9. On PostgreSQL the transaction may be run again,
	// so Apply must not change rows or Prepared. ctx carries whoever started the import: guard.ScopeOf(ctx, noun) says
	// which existing records a row may touch. A fault of kind invalid fails the import at once, other errors after retries.
	Apply(ctx context.Context, tx *db.Tx, b *Batch) error
	// Undo takes back up to limit records of the import: removes what it created (created_import_id), restores what
	// it replaced (Changes), keeps and lists what people changed since (version above after_version). It must
	// forget what it has handled (DropChanges, or kept rows no longer carrying the import's id) so that calling it again goes on.
	Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (Undone, error)
}

// Extended is a Kind whose records also have fields that the workspace has defined itself. They are named "custom.KEY" and
// may change between two imports; their values come after those of the kind's own fields, as with any custom column.
type Extended interface {
	OwnFields() []Field
}

// Refusing is a Kind that knows fields no cell can fill. Refuses gives the fault for a column mapped to one, "" for others.
type Refusing interface {
	Refuses(name string) (key string)
}

// open gives the prefix of the names that a field named "PREFIX.*" stands for, its dot included; "" where it is a field itself.
func (f *Field) open() string {
	if prefix, is := strings.CutSuffix(f.Name, "*"); is {
		return prefix
	}
	return ""
}

func refuses(k Kind, name string) string {
	if r, is := k.(Refusing); is {
		return r.Refuses(name)
	}
	return ""
}

// fieldsOf gives everything a column of a file can be mapped to.
func fieldsOf(k Kind) []Field {
	fields := k.Fields()
	if more, extended := k.(Extended); extended {
		fields = slices.Concat(fields, more.OwnFields())
	}
	return fields
}

// Preparer is a Kind with costly work per row that needs no database (pinyin, keys). Prepare runs beside the
// previous batch's Apply and may leave its result in b.Prepared.
type Preparer interface {
	Prepare(b *Batch) error
}

// Undone is what one bounded step of Undo did. More says that there is more to undo.
type Undone struct {
	Removed, Restored int64
	Parted            int64     // records that the import had made one with another
	Uncounted         int64     // removed beside those, and told to nobody
	Kept              []Finding // records changed by people since; stored as findings of cause changed_since_import where they name none
	More              bool
}

// Mode says what a row may do.
type Mode string

const (
	// ModeCreate only adds: a row whose record exists is skipped (Duplicate).
	ModeCreate Mode = "create"
	// ModeUpdate only changes: a row whose record does not exist is rejected (not_found).
	ModeUpdate Mode = "update"
	// ModeUpsert does both.
	ModeUpsert Mode = "upsert"
)

// Value is one parsed cell. Set is false when the cell is empty, unmapped, or was unreadable in a lenient field.
//
//	text, phone, email  Text: trimmed, full-width letters and digits folded, cleaned
//	gender              Text: female, male, unknown
//	tags                Text: joined by "\n"
//	day                 Text: YYYY-MM-DD
//	instant             Int: milliseconds UTC; Text: "day" when the cell named a day without a time of day
//	money, quantity     Int: millionths, exact (see Minor, Float)
//	integer, bool       Int
type Value struct {
	Set  bool
	Int  int64
	Text string
}

// Row is one row of the file. Values are indexed as Kind.Fields, then as Batch.Custom; constants are filled in.
// Raw are the cells as they were; it and Values are only valid until Apply returns (strings may be kept).
type Row struct {
	Number int64 // counts from 1 and includes the header, as a spreadsheet shows it
	Values []Value
	Raw    []string
}

// OutcomeState is how a row ended. Every row ends.
type OutcomeState uint8

// The ends of a row. Pending is not an end: Apply must leave none.
const (
	Pending   OutcomeState = iota
	Created                // a record was added (for a line: its line)
	Updated                // a record was changed
	Unchanged              // the record already says so
	Duplicate              // skipped: an exact double of what is there, or exists in ModeCreate
	Rejected               // not taken; Code, Field and Value say why
)

// Outcome of one row. Code, Field and Value are only for Rejected; Value is the cell at fault as it was.
type Outcome struct {
	State OutcomeState
	Code  string
	Field string
	Value string
}

// Finding is one oddity one can open: an exact repeat, a price of zero, an impossible date, a missing customer.
type Finding struct {
	Cause        string // exact_repeat, price_zero, ... ; the group it is shown in
	SubjectType  string // "customer", "order", "product", or "row" when nothing was stored
	SubjectID    int64  // 0 = none
	SubjectLabel string // order number, SKU, ...; never a contact point
	RowNumber    int64
	Field        string
	Value        string
}

// Change is a before-image: what an import replaced, so that undo can put it back.
type Change struct {
	SubjectType  string
	SubjectID    int64
	Before       string // JSON, the kind's own
	AfterVersion int64  // the record's version after the import wrote it
}

// Batch is a bounded run of whole groups, applied in one transaction.
type Batch struct {
	ImportID     int64
	StaffID      int64 // who imports, 0 = the program
	Mode         Mode
	DryRun       bool     // the transaction is rolled back afterwards
	Source       string   // constants.source, else "import": where identities come from
	RefundPrefix string   // options.refund_prefix: order numbers beginning with it are refunds; "" = only the sign decides
	Assign       Assign   // options.assign
	Alike        Alike    // options.alike
	Compared     int64    // rows that the batches before have compared with what is there
	FileSHA256   string   // hex of the file, to make numbers for rows without one
	Now          int64    // milliseconds, one instant for the whole batch
	Custom       []string // names after "custom.", or what else the kind's open field begins with, that columns are mapped to
	Mapped       []bool   // by field index: some column or constant fills this field
	Fixed        []bool   // by field index: a constant fills it, said once for every row by who imports

	Rows     []Row
	Outcomes []Outcome // by row; rows the reader has rejected are Rejected already and must be skipped

	Alikes   AlikeCount // what comparing the rows with what is there has found
	Prepared any        // what Prepare left for this batch
	// Run is kept over all batches of one run in one process (lost by a restart; nil at first). A dry run needs it to
	// know what earlier, rolled back batches would have made; otherwise it may only be used as a cache.
	Run *RunState

	findings    []Finding
	changes     []Change
	made        map[string]NounCount
	corrections *Corrections
}

// RunState holds what a kind wants to remember from batch to batch, and what comparing its rows has to.
type RunState struct{ State, Alike any }

// Reject ends row i with a reason. The cell's raw text is looked up by the engine when value is empty.
func (b *Batch) Reject(i int, code, field, value string) {
	b.Outcomes[i] = Outcome{State: Rejected, Code: code, Field: field, Value: value}
}

// AddFinding stores f with the batch.
func (b *Batch) AddFinding(f Finding) { b.findings = append(b.findings, f) }

// AddChange stores a before-image with the batch; of several for one record in one import the first is kept.
func (b *Batch) AddChange(c Change) { b.changes = append(b.changes, c) }

// NounCount is how many records of one noun an import made and changed.
type NounCount struct {
	Created int64 `json:"created"`
	Updated int64 `json:"updated"`
}

// Made counts records of a noun, for kinds whose rows bring several at once.
func (b *Batch) Made(noun string, created, updated int64) {
	if b.made == nil {
		b.made = map[string]NounCount{}
	}
	n := b.made[noun]
	b.made[noun] = NounCount{n.Created + created, n.Updated + updated}
}

// Correct counts a cleaning the kind itself made, with its first example.
func (b *Batch) Correct(code, from, to string) { b.corrections.Add(code, from, to) }
