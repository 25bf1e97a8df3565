package behaviour

import (
	"context"
	"net/http"
	"strings"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Reading is how pages and events are understood. Patterns hold for a whole path or name, whatever its letters' case; *
// stands for anything.
type Reading struct {
	Topics []TopicRule `json:"topics" maxItems:"500" doc:"which topic a page is about; the first pattern that fits counts, and what an event says of itself goes before all of them"`
	Help   []string    `json:"help" maxItems:"100" doc:"patterns of pages where people look for help"`
	Errors []string    `json:"errors" maxItems:"100" doc:"patterns of names of events, and of pages, that say something went wrong"`
}

// TopicRule says what the pages of a pattern are about.
type TopicRule struct {
	Path  string `json:"path" maxLength:"200"`
	Topic string `json:"topic" maxLength:"60"`
}

const readingKey = "behaviour.reading"

// usualReading is in force until somebody says otherwise.
var usualReading = Reading{
	Topics: []TopicRule{},
	Help:   []string{"/help*", "/faq*", "/support*", "*/help", "*/faq", "*帮助*", "*客服*"},
	Errors: []string{"*error*", "*failed*", "*failure*", "*exception*", "/404*", "/500*", "*失败*", "*报错*"},
}

// Reading gives how pages and events are understood.
func (b *Behaviour) Reading(ctx context.Context) (Reading, error) {
	r := usualReading
	_, err := db.Setting(ctx, b.records.Read(), readingKey, &r)
	return r, err
}

// Read puts another reading in force. Faults: invalid.
func (b *Behaviour) Read(ctx context.Context, r Reading) error {
	for _, rule := range r.Topics {
		if strings.TrimSpace(rule.Path) == "" || strings.TrimSpace(rule.Topic) == "" {
			return fault.Invalid("topics", "required")
		}
	}
	for field, patterns := range map[string][]string{"help": r.Help, "errors": r.Errors} {
		for _, pattern := range patterns {
			if strings.Trim(pattern, " *") == "" || len(pattern) > 200 {
				return fault.Invalid(field, "required")
			}
		}
	}
	if err := b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, readingKey, r); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "behaviour.reading_changed", "workspace", "", map[string]int{"topics": len(r.Topics), "help": len(r.Help), "errors": len(r.Errors)})
	}); err != nil {
		return err
	}
	return b.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error { return attendAll(ctx, to, r) })
}

// like turns a pattern into one of SQL, to be compared with ilike … escape '!'.
func like(pattern string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_", "*", "%").Replace(strings.TrimSpace(pattern))
}

// fits writes a predicate that holds where one of the columns fits one of the patterns.
func fits(patterns []string, columns ...string) (text string, args []any) {
	var any []string
	for _, pattern := range patterns {
		for _, column := range columns {
			any, args = append(any, column+" ilike ? escape '!'"), append(args, like(pattern))
		}
	}
	if len(any) == 0 {
		return "false", nil
	}
	return "coalesce(" + strings.Join(any, " or ") + ", false)", args
}

// topicOf writes what a page is about by the rules; null where none fits.
func (r Reading) topicOf(column string) (text string, args []any) {
	if len(r.Topics) == 0 {
		return "null::varchar", nil
	}
	var cases strings.Builder
	for _, rule := range r.Topics {
		cases.WriteString(" when " + column + " ilike ? escape '!' then ?::varchar")
		args = append(args, like(rule.Path), strings.TrimSpace(rule.Topic))
	}
	return "case" + cases.String() + " end", args
}

type readingBody struct{ Body Reading }

func (b *Behaviour) registerReading(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/behaviour/reading", Permission: "metrics.read", Tag: "behaviour", Summary: "Which pages are about what, where people look for help, and what counts as an error"},
		func(ctx context.Context, _ *struct{}) (*readingBody, error) {
			r, err := b.Reading(ctx)
			return &readingBody{r}, err
		})
	api.Register(a, api.Op{Method: http.MethodPut, Path: "/behaviour/reading", Permission: "settings.write", Tag: "behaviour", Summary: "Understand pages and events in another way"},
		func(ctx context.Context, in *readingBody) (*readingBody, error) {
			return in, b.Read(ctx, in.Body)
		})
}
