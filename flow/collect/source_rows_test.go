package collect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Every row is yielded once, scattered groups whole, and a start from any checkpoint goes on with the same rows.
func TestRowsOfScatteredGroups(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	text.WriteString("number,line\n")
	const rows = 3000
	for i := range rows {
		number := fmt.Sprint("n", random.IntN(700))
		if i%10 == 0 {
			number = ""
		}
		fmt.Fprintf(&text, "%s,%d\n", number, i)
	}
	s, err := surveyFile(t.Context(), writeFile(t, "s.csv", []byte(text.String())), baskets{}, Mapping{}, Layout{})
	if err != nil {
		t.Fatal(err)
	}
	s.deferred = 3 * maxGathered // as if the file were large: four phases of gathering
	type step struct {
		row   string
		group uint64
		after position
	}
	walk := func(from position) (steps []step) {
		source := newRowSource(t.Context(), s, from)
		defer source.close()
		for {
			record, number, group, after, err := source.next()
			if err != nil {
				return steps
			}
			steps = append(steps, step{fmt.Sprint(number, record), group, after})
		}
	}
	all := walk(position{})
	seen, ended := map[string]bool{}, map[uint64]bool{}
	for i, s := range all {
		if seen[s.row] {
			t.Fatal("twice: ", s.row)
		}
		seen[s.row] = true
		if i > 0 && all[i-1].group != s.group {
			ended[all[i-1].group] = true
		}
		if s.group != 0 && ended[s.group] {
			t.Fatal("a group came apart at ", s.row)
		}
	}
	if len(all) != rows || all[rows-1].after.Phase != 4 {
		t.Fatal(len(all), all[rows-1].after)
	}
	for _, at := range []int{0, 1, 299, 300, 301, 1500, 2999} {
		rest := walk(all[at].after)
		if len(rest) != rows-at-1 || len(rest) > 0 && rest[0] != all[at+1] {
			t.Fatalf("from %d: %d rows, want %d", at, len(rest), rows-at-1)
		}
	}
}
