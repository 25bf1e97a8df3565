package analyze

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"guanxi/base/field"
	"guanxi/guard"
)

// FieldType says how values of a field compare and which operators it knows.
type FieldType string

// The types. A day is a civil day of the workspace; an instant is stored in milliseconds UTC and compared by civil day
// unless the value is an instant itself; money is in minor units; a share is 0..1; a set holds several texts; elapsed
// counts whole years or days since a day and grows by itself; a reference is the id of a row; custom takes the type
// of the value it is compared with; a month_day comes every year, MM-DD.
const (
	TypeText      FieldType = "text"
	TypeChoice    FieldType = "choice"
	TypeNumber    FieldType = "number"
	TypeMoney     FieldType = "money"
	TypeShare     FieldType = "share"
	TypeBoolean   FieldType = "boolean"
	TypeDay       FieldType = "day"
	TypeInstant   FieldType = "instant"
	TypeElapsed   FieldType = "elapsed"
	TypeSet       FieldType = "set"
	TypeReference FieldType = "reference"
	TypeCustom    FieldType = "custom"
	TypeMonthDay  FieldType = "month_day"
)

// Op is an operator of the contract.
type Op string

// The operators.
const (
	OpEq           Op = "eq"
	OpNe           Op = "ne"
	OpIn           Op = "in"
	OpNotIn        Op = "not_in"
	OpGt           Op = "gt"
	OpGte          Op = "gte"
	OpLt           Op = "lt"
	OpLte          Op = "lte"
	OpBetween      Op = "between"
	OpContains     Op = "contains"
	OpStartsWith   Op = "starts_with"
	OpIsSet        Op = "is_set"
	OpIsNotSet     Op = "is_not_set"
	OpInLastDays   Op = "in_last_days"
	OpNotInLast    Op = "not_in_last_days"
	OpAnniversary  Op = "anniversary_in_days"
	OpTop          Op = "top_percent"
	OpBottom       Op = "bottom_percent"
	anniversaryMax    = 364
)

var (
	opsOfSame   = []Op{OpEq, OpNe, OpIn, OpNotIn}
	opsOfSet    = []Op{OpIsSet, OpIsNotSet}
	opsOfOrder  = []Op{OpGt, OpGte, OpLt, OpLte, OpBetween}
	opsOfText   = []Op{OpContains, OpStartsWith}
	opsOfTime   = []Op{OpInLastDays, OpNotInLast, OpAnniversary}
	opsOfNumber = joinOps(opsOfSame, opsOfOrder, opsOfSet)
	opsOfDay    = joinOps([]Op{OpEq, OpNe}, opsOfOrder, opsOfTime, opsOfSet)
)

// opsOf lists the operators of a type.
var opsOf = map[FieldType][]Op{
	TypeText:      joinOps(opsOfSame, opsOfText, opsOfSet),
	TypeChoice:    joinOps(opsOfSame, opsOfSet),
	TypeNumber:    opsOfNumber,
	TypeMoney:     opsOfNumber,
	TypeShare:     opsOfNumber,
	TypeElapsed:   opsOfNumber,
	TypeBoolean:   {OpEq, OpNe, OpIsSet, OpIsNotSet},
	TypeDay:       opsOfDay,
	TypeInstant:   opsOfDay,
	TypeSet:       joinOps(opsOfSame, []Op{OpContains}, opsOfSet),
	TypeReference: joinOps(opsOfSame, opsOfSet),
	TypeMonthDay:  opsOfMonthDay,
	TypeCustom:    joinOps(opsOfSame, opsOfOrder, opsOfText, opsOfTime, opsOfSet),
}

func joinOps(lists ...[]Op) (all []Op) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// Label is a text in both languages of the product.
type Label struct {
	Chinese string `json:"zh-CN"`
	English string `json:"en-US"`
}

// in gives the text in language, Chinese when it is not English.
func (l Label) in(language string) string {
	if strings.HasPrefix(language, "en") {
		return l.English
	}
	return l.Chinese
}

// Choice is one value a field is known to take.
type Choice struct {
	Value string `json:"value"`
	Label Label  `json:"label"`
}

// Field is something a condition can ask of a customer, or of an event inside `where`. The SQL it reads stands here and
// nowhere else: names in a condition are looked up, never written into a text.
type Field struct {
	Name   string
	Type   FieldType
	Unit   string // years, days, orders, share; empty where the type says it
	Label  Label
	Values []Choice

	expr   string // value in SQL over alias c (customers), s (customer_scores) or e (an event's relation)
	day    string // the civil day of an instant, where columns keep one
	scores bool   // the value stands in customer_scores
	never  bool   // the value is never unset
	cold   bool   // the value changes without the feed, so that it is always asked of the engine
	json   string // where the pointer leads: c.custom unless it says otherwise
	path   string // JSON pointer of a custom field
	timed  bool   // a day passing changes it
	scored bool   // new scores change it
	heard  bool   // what sources send changes it
	own    bool   // the workspace has defined it
	ranked string // who is ranked by it, where that is not everybody who has a value
	ops    []Op   // the operators where they are not those of the type
	has    Label  // of a set that is not of tags: what stands before the values
	hasNot Label

	// blind gives what a condition keeps of a value of a sealed field and what columns may hold in its place; key says why a
	// value is none of the field.
	blind func(given any) (kept, key string, held []string, err error)
}

// Ops lists the operators the field knows.
func (f *Field) Ops() []Op {
	if f.ops != nil {
		return f.ops
	}
	return opsOf[f.Type]
}

const customPrefix = "custom."

// customName allows what a person writes as a field name; it reaches SQL as a bound JSON pointer only.
var customName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} _-]{0,63}$`)

// customerField finds a field by the name a condition uses: a plain one, one that the workspace in ctx has defined, or a
// custom name nobody has defined.
func customerField(ctx context.Context, name string) (*Field, bool) {
	if name == stageField {
		return fieldOfStages(ctx), true
	}
	if f, ok := customerFields[name]; ok {
		return f, true
	}
	if f, ok := consentField(ctx, name); ok {
		return f, true
	}
	if d, ok := field.Of(ctx).Find(strings.TrimPrefix(name, customPrefix)); ok && strings.HasPrefix(name, customPrefix) {
		return ownField(ctx, d)
	}
	if d, level, ok := field.Of(ctx).Part(strings.TrimPrefix(name, customPrefix)); ok && strings.HasPrefix(name, customPrefix) {
		if d.Sealed() || !slices.Contains(field.AddressLevels, level) || !field.GoodKey(d.Key) {
			return nil, false
		}
		return addressField(d, level), true
	}
	if key, ok := strings.CutPrefix(name, customPrefix); ok && customName.MatchString(key) {
		return &Field{Name: name, Type: TypeCustom, Label: Label{key, key}, path: "/" + key}, true
	}
	return nil, false
}

// mayUse reports whether the actor of ctx may filter, sort or group by the field.
func (f *Field) mayUse(ctx context.Context) bool {
	switch {
	case f.Name == qualityScore && hidesFromScore(ctx):
		return false
	case f.Name == activeRegion && !guard.FieldsOf(ctx, "customers").CanUse("orders.count"), f.Name == activeRegion && !guard.FieldsOf(ctx, "customers").CanUse("province"):
		return false
	case f.Name == stageField && f.expr != "" && f.expr[0] == 'c':
		return mayUseStages(ctx)
	}
	return guard.FieldsOf(ctx, "customers").CanUse(f.Name)
}

const (
	qualityScore = "quality.score"
	clusterField = "cluster"
	topicField   = "topic"
	activeRegion = "active_region"
)

// hidesFromScore says that findings on fields that the actor may see nothing of count in the score of a record: asking or
// sorting by it would tell of them.
func hidesFromScore(ctx context.Context) bool {
	rights := guard.FieldsOf(ctx, "customers")
	names := []string{"phone", "email", "address"}
	for _, own := range field.Of(ctx).All() {
		names = append(names, customPrefix+own.Key)
	}
	return slices.ContainsFunc(names, func(name string) bool { return rights.Right(name) == guard.None })
}
