package demo

import (
	"bytes"
	"encoding/csv"
	"testing"
)

func TestSamples(t *testing.T) {
	samples, err := Samples(at(present))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][][]string{}
	for _, s := range samples {
		all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(s.Content, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		rows[s.Name] = all[1:]
	}

	t.Run("T01 has five rows, one a twin, one without a telephone", func(t *testing.T) {
		list := rows["t01-list.csv"]
		if len(list) != 5 || list[4][2] != "NULL" || len(rows["t01-fill.csv"]) != 1 {
			t.Errorf("%v", list)
		}
	})

	t.Run("T04 has eight regular, ten occasional and twelve first-time guests", func(t *testing.T) {
		stays := map[string]int{}
		for _, row := range rows["t04-stays.csv"] {
			stays[row[4]]++
		}
		got := map[string]int{}
		for _, n := range stays {
			switch {
			case n >= 6:
				got["regular"]++
			case n >= 2:
				got["occasional"]++
			default:
				got["first-time"]++
			}
		}
		if got["regular"] != 8 || got["occasional"] != 10 || got["first-time"] != 12 {
			t.Errorf("%v", got)
		}
	})
}
