package analyze

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
	"guanxi/test/testdata"
)

// file imports a text as events of the site.
func (s *site) file(text string, change ...func(*collect.NewImport)) collect.Import {
	s.Helper()
	engine, err := collect.New(s.db, nil, collect.Settings{Dir: s.TempDir(), Node: "test"})
	require.NoError(s, err)
	engine.Register(s.tracking.EventKind())
	path := filepath.Join(s.TempDir(), "events.csv")
	require.NoError(s, os.WriteFile(path, []byte(text), 0o600))
	n := collect.NewImport{Kind: "events", Mode: collect.ModeUpsert, Mapping: collect.Mapping{Constants: map[string]string{"source": "官网"}}}
	for _, c := range change {
		c(&n)
	}
	imp, err := engine.ImportFile(s.ctx, path, n, nil)
	require.NoError(s, err)
	require.Equal(s, collect.StateDone, imp.State, "%s %s", imp.ErrorCode, imp.ErrorDetail)
	s.settle()
	return imp
}

// guessed maps the columns of a file by its headers.
func (s *site) guessed(text string) func(*collect.NewImport) {
	return func(n *collect.NewImport) {
		headers, err := csv.NewReader(strings.NewReader(text)).Read()
		require.NoError(s, err)
		n.Mapping.Columns, _ = collect.Guess(s.tracking.EventKind(), headers, nil)
	}
}

func (s *site) columnsOne(query string, args ...any) (n int64) {
	s.Helper()
	require.NoError(s, s.columns.QueryRow(s.ctx, query, args...).Scan(&n))
	return n
}

// Events of a file go the way of those that are sent: each once, with who did them, in columns.
func TestImportedEvents(t *testing.T) {
	const file = `event,timestamp,user_id,anonymous_id,message_id,path,utm_source,properties.dish,properties.spice,amount,phone
page_viewed,2026-03-01T04:00:00Z,,web-1,m-1,/menu,weibo,,,,
dish_ordered,2026-03-01T04:05:00Z,u-7,web-1,m-2,,,水煮鱼,3,58.5,13800138000
dish_ordered,2026-03-01T04:05:00Z,u-7,web-1,m-2,,,水煮鱼,3,58.5,13800138000
dish_ordered,2026-03-02T04:05:00Z,u-8,,m-3,,,凉皮,0,12,
`
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		imp := s.file(file, s.guessed(file))
		assert.Equal(t, []int64{4, 3, 1, 0}, []int64{imp.Total, imp.Created, imp.Duplicates, imp.Rejected})
		assert.EqualValues(t, 3, s.columnsOne("select count(*) from events"))
		assert.EqualValues(t, 1, s.columnsOne("select count(distinct customer_id) from events where visitor_id in (select visitor_id from events where path = '/menu')"), "what the browser did before is hers too")
		assert.EqualValues(t, 3, s.columnsOne("select (properties->>'$.spice')::int from events where message_id = 'm-2'"), "a number is a number")
		assert.EqualValues(t, 5850, s.columnsOne("select amount from events where message_id = 'm-2'"))
		assert.EqualValues(t, 0, s.columnsOne("select count(*) from events where properties::varchar like '%138%'"), "no contact point in events")
		assert.EqualValues(t, 1, s.columnsOne("select count(*) from events where utm_source = 'weibo' and kind = 'page'"))

		again := s.file(file, s.guessed(file))
		assert.Equal(t, []int64{0, 4}, []int64{again.Created, again.Duplicates}, "the same file says nothing new")
		s.clock.Advance(9 * 24 * time.Hour)
		assert.EqualValues(t, 0, s.file(file, s.guessed(file)).Created, "neither does it a week later")
		assert.EqualValues(t, 3, s.columnsOne("select count(*) from events"))

		require.NoError(t, s.feed.Rebuild(s.ctx))
		assert.EqualValues(t, 3, s.columnsOne("select count(*) from events"), "columns made anew hold the same")
	})
}

// Where the file and what was sent say the same, it is there once; and rows that cannot be taken say why.
func TestImportedEventsMeetWhatWasSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.send(call{"event": "bought", "userId": "u-1", "messageId": "x-1", "timestamp": "2026-03-10T00:00:00Z"})
		s.settle()
		file := "event,time,uid,event_id,price\nbought,2026-03-10T00:00:00Z,u-1,x-1,5\nbought,2026-03-10T01:00:00Z,u-1,,5\nbought,2026-03-10T01:00:00Z,u-1,,5\nbought,2031-01-01T00:00:00Z,u-1,,\nbought,2026-03-10T01:00:00Z,,,\nbought,never,u-1,,\n"
		imp := s.file(file, s.guessed(file))
		assert.Equal(t, []int64{6, 1, 2, 3}, []int64{imp.Total, imp.Created, imp.Duplicates, imp.Rejected})
		assert.EqualValues(t, 2, s.columnsOne("select count(*) from events"))
		dry := s.file("event,time,uid\nsaw,2026-03-11T01:00:00Z,u-9\n", s.guessed("event,time,uid\n"), func(n *collect.NewImport) { n.DryRun = true })
		assert.EqualValues(t, 1, dry.Created)
		assert.EqualValues(t, 2, s.columnsOne("select count(*) from events"), "a trial leaves nothing")
	})
}

// Undoing takes the events, the visitors and the customers that came with the file, and leaves whoever was met since.
func TestUndoOfImportedEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		var text strings.Builder
		text.WriteString("event,timestamp,user_id,anonymous_id\n")
		for i := range 5000 {
			fmt.Fprintf(&text, "saw,2026-03-01T%02d:%02d:%02dZ,u-%d,b-%d\n", i/3600, i/60%60, i%60, i%40, i%50)
		}
		imp := s.file(text.String(), s.guessed("event,timestamp,user_id,anonymous_id\n"))
		require.EqualValues(t, 5000, imp.Created)
		s.send(call{"event": "bought", "userId": "u-3", "messageId": "later"})
		s.settle()
		engine, err := collect.New(s.db, nil, collect.Settings{Dir: s.TempDir(), Node: "test"})
		require.NoError(t, err)
		engine.Register(s.tracking.EventKind())
		_, err = engine.Undo(s.ctx, imp.ID)
		require.NoError(t, err)
		s.settle()
		assert.EqualValues(t, 1, s.columnsOne("select count(*) from events"), "what was sent stays")
		var left []struct {
			Customers int `bun:"c"`
			Visitors  int `bun:"v"`
		}
		require.NoError(t, d.Read().NewRaw("select (select count(*) from customers) as c, (select count(*) from visitors) as v").Scan(s.ctx, &left))
		assert.Equal(t, 1, left[0].Customers)
		assert.Equal(t, 1, left[0].Visitors)
	})
}

// The sessions of an online shop over a year (UCI, Sakar and Kastro 2018), each brought in as the events it counts: the
// shares of the file can be asked of the columns.
func TestImportedShopSessions(t *testing.T) {
	f, err := os.Open(testdata.Need(t, "online_shoppers/online_shoppers_intention.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	months := map[string]int{"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "June": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12}
	var text strings.Builder
	text.WriteString("event,timestamp,anonymous_id,path,VisitorType,Region\n")
	bought, sessions, pages := map[string]int64{}, map[string]int64{}, int64(0)
	for i, row := range rows[1:] {
		kind := row[at["VisitorType"]]
		begin := time.Date(2018, time.Month(months[row[at["Month"]]]), 1+i%28, 1+i%20, i%60, 0, 0, time.UTC)
		if i >= 1500 {
			break
		}
		n := 0
		for _, of := range []string{"Administrative", "Informational", "ProductRelated"} {
			count, err := strconv.Atoi(row[at[of]])
			require.NoError(t, err)
			for range count {
				fmt.Fprintf(&text, "page_viewed,%s,s-%d,/%s/%d,%s,%s\n", begin.Add(time.Duration(n)*20*time.Second).Format(time.RFC3339), i, of, n%9, kind, row[at["Region"]])
				n++
			}
		}
		if n == 0 {
			continue
		}
		sessions[kind], pages = sessions[kind]+1, pages+int64(n)
		if strings.EqualFold(row[at["Revenue"]], "true") {
			bought[kind]++
			fmt.Fprintf(&text, "bought,%s,s-%d,,%s,%s\n", begin.Add(time.Duration(n)*20*time.Second).Format(time.RFC3339), i, kind, row[at["Region"]])
		}
	}
	s := newSite(t, dbtest.SQLite(t))
	imp := s.file(text.String(), s.guessed("event,timestamp,anonymous_id,path,VisitorType,Region\n"))
	assert.Zero(t, imp.Rejected)
	for kind, n := range sessions {
		assert.Equal(t, n, s.columnsOne("select count(distinct visitor_id) from events where (properties->>'$.VisitorType') = ?", kind), kind)
		assert.Equal(t, bought[kind], s.columnsOne("select count(distinct visitor_id) from events where event = 'bought' and (properties->>'$.VisitorType') = ?", kind), kind)
	}
	assert.Equal(t, pages, s.columnsOne("select count(*) from events where kind = 'page'"))
}
