package analyze

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/guard"
	"guanxi/test/testdata"
)

// rfmShop holds the orders of the R package rfm: 995 customers until the end of 2006, amounts as minor units.
func rfmShop(t *testing.T, today string) *shop {
	file, err := os.Open(testdata.Need(t, "rfm_orders/rfm_data_orders.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	s := newShop(t, dbtest.SQLite(t), today)
	ids := map[string]int{}
	for _, row := range rows[1:] {
		if ids[row[0]] == 0 {
			ids[row[0]] = len(ids) + 1
		}
		amount, err := strconv.ParseInt(row[2], 10, 64)
		require.NoError(t, err)
		s.order(ids[row[0]], row[1], amount)
	}
	return s.open()
}

// The numbers come from a program of its own, in Python without any library, that reads the CSV.
func TestRFMGrid(t *testing.T) {
	s := rfmShop(t, "2006-12-31")
	for _, row := range []struct {
		name             string
		window, back     int
		cuts             RFMCuts
		customers        []int64
		revenue          []int64
		amounts          []int64
		segment          string
		of, worth        int64
		recency          float64
		from, to         string
		moved            int64
		moves            int
		frequency, value []int64
	}{
		{
			"a year, where most bought once or not at all", 365, 90,
			RFMCuts{R: []int64{88, 135, 178, 245}, F: []int64{1, 1, 2, 2}, M: []int64{57, 105, 155, 225}},
			[]int64{456, 0, 15, 0, 1, 88, 0, 30, 0, 14, 71, 0, 42, 0, 17, 58, 0, 46, 0, 23, 49, 0, 47, 0, 38},
			[]int64{11337, 0, 2488, 0, 244, 8280, 0, 5390, 0, 4386, 6084, 0, 7671, 0, 5881, 4756, 0, 8891, 0, 8241, 4859, 0, 8721, 0, 12164},
			[]int64{478, 130, 129, 128, 130},
			"at_risk", 45, 7878, 235.4667, "new", "about_to_sleep", 50, 49,
			[]int64{27, 246, 722}, []int64{131, 197, 667},
		},
		{
			"three years, where scores spread", 1100, 30,
			RFMCuts{R: []int64{114, 180, 296, 481}, F: []int64{3, 4, 5, 7}, M: []int64{253, 381, 505, 665}},
			[]int64{113, 34, 25, 22, 3, 54, 39, 37, 52, 19, 40, 36, 46, 55, 21, 31, 42, 33, 56, 37, 30, 36, 35, 59, 40},
			[]int64{23371, 12937, 13256, 12659, 2240, 13337, 15894, 19116, 31271, 16589, 9852, 12783, 20544, 33114, 17785,
				6616, 15757, 14912, 34556, 32058, 7865, 13321, 16345, 33306, 34496},
			[]int64{199, 201, 197, 203, 195},
			"champions", 99, 67802, 62.7576, "loyal", "loyal", 125, 32,
			[]int64{727, 225, 43}, []int64{200, 298, 497},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, err := s.scores.getRFM(s.ctx, &rfmInput{WindowDays: row.window, CompareDays: row.back})
			require.NoError(t, err)
			g := out.Body
			require.Equal(t, "2006-12-31", g.AsOf)
			require.Equal(t, row.cuts, g.Cuts)
			require.EqualValues(t, 995, g.Customers)
			for i, c := range g.Cells {
				require.Equal(t, []int64{row.customers[i], row.revenue[i]}, []int64{c.Customers, c.Revenue.Amount}, "r %d f %d", c.R, c.F)
			}
			for i, a := range g.Amounts {
				require.Equal(t, row.amounts[i], a.Customers, "m %d", a.M)
			}
			for _, part := range g.Segments {
				if part.Name == row.segment {
					require.Equal(t, []int64{row.of, row.worth}, []int64{part.Customers, part.Revenue.Amount})
					within(t, "days since the last order", part.AverageRecencyDays, row.recency, 1e-4)
				}
			}
			require.Len(t, g.Movement, row.moves)
			require.Contains(t, g.Movement, RFMMovement{row.from, row.to, row.moved})
			for i := range 3 {
				require.Equal(t, row.frequency[i], g.Classes.Frequency[i].Customers)
				require.Equal(t, row.value[i], g.Classes.Value[i].Customers)
			}
		})
	}
}

func TestRFMSaysTheSameAsTheScores(t *testing.T) {
	s := rfmShop(t, "2006-12-31").refresh()
	out, err := s.scores.getRFM(s.ctx, &rfmInput{CompareDays: 30})
	require.NoError(t, err)
	for _, c := range out.Body.Cells {
		var n int64
		require.NoError(t, s.columns.QueryRow(s.ctx,
			"select count(*) from customer_scores where r = ? and f = ? and rfm_segment = ?", c.R, c.F, c.Segment).Scan(&n))
		require.Equal(t, c.Customers, n, "r %d f %d", c.R, c.F)
	}
}

func TestRFMOfWhomAndOfWhat(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-03-01")
	s.order(1, "2026-02-20", 100_00)
	s.order(1, "2025-03-02", 50_00)  // the first day of the window
	s.order(1, "2025-03-01", 900_00) // the day before it
	s.row(1, "2026-02-21", "refund", "completed", 0, 30_00)
	s.row(1, "2026-02-28", "order", "cancelled", 700_00, 0)
	s.order(1, "2026-03-02", 800_00) // tomorrow
	s.order(2, "2024-01-01", 10_00)
	s.row(3, "2026-02-01", "refund", "completed", 0, 5_00) // never ordered
	s.order(nil, "2026-02-01", 60_00)                      // nobody known
	s.open()
	grid := func(in *rfmInput) RFM {
		in.CompareDays = max(in.CompareDays, 30)
		out, err := s.scores.getRFM(s.ctx, in)
		require.NoError(t, err)
		return out.Body.RFM
	}
	cuts := `{"r": [10, 30, 60, 90], "f": [0, 1, 2, 3], "m": [1, 2, 3, 4]}`

	g := grid(&rfmInput{Cuts: cuts})
	require.EqualValues(t, 2, g.Customers)
	require.EqualValues(t, 120_00, g.Cells[4*5+2].Revenue.Amount, "two orders in the window, less the refund")
	require.EqualValues(t, 1, g.Cells[0].Customers, "who ordered before the window only has R, F and M of 1")
	require.Contains(t, g.Movement, RFMMovement{"lost", "lost", 1})

	require.EqualValues(t, 1, grid(&rfmInput{Cuts: cuts, AsOf: "2025-01-01", CompareDays: 700}).Customers)
	require.Contains(t, grid(&rfmInput{Cuts: cuts, AsOf: "2024-01-02"}).Movement, RFMMovement{"none", "potential_loyalist", 1}, "had not ordered then")
	require.Empty(t, grid(&rfmInput{AsOf: "2020-01-01"}).Movement)

	t.Run("a salesperson's grid holds her own customers only", func(t *testing.T) {
		own := guard.With(s.ctx, guard.Actor{StaffID: 101, Role: "sales"})
		out, err := s.scores.getRFM(own, &rfmInput{Cuts: cuts, CompareDays: 30})
		require.NoError(t, err)
		require.EqualValues(t, 1, out.Body.Customers)
		require.EqualValues(t, 1, out.Body.Cells[4*5+2].Customers)
		nobody, err := s.scores.getRFM(guard.With(s.ctx, guard.Actor{}), &rfmInput{CompareDays: 30})
		require.NoError(t, err)
		require.Zero(t, nobody.Body.Customers)
	})

	for _, bad := range []struct{ in, field string }{
		{`{"r": [1, 2, 3]}`, "cuts.r"},
		{`{"f": [4, 3, 2, 1]}`, "cuts.f"},
		{`{"m": "x"}`, "cuts"},
	} {
		_, err := s.scores.getRFM(s.ctx, &rfmInput{Cuts: bad.in, CompareDays: 30})
		require.True(t, fault.Is(err, fault.KindInvalid), "%v", err)
		require.Equal(t, bad.field, fault.Wrap(err).Fields[0].Field)
	}
}

func TestChoosingCuts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		s := newShop(t, records, "2026-03-01")
		s.order(1, "2026-02-20", 100_00)
		s.order(2, "2025-12-20", 100_00)
		s.open().refresh()
		require.Equal(t, "5", s.one("r", 1))
		require.Equal(t, "1", s.one("rfm_frequency", 2))

		in := &cutsInput{}
		in.Body.WindowDays = 30
		in.Body.Cuts = &RFMCutChoice{R: []int64{1, 2, 3, 50}}
		in.Body.Classes = &RFMClassChoice{Frequency: []int64{1, 2}, Value: []int64{1, 100_00}}
		out, err := s.scores.putCuts(s.ctx, in)
		require.NoError(t, err)
		require.Equal(t, 30, out.Body.WindowDays)
		s.refresh()
		require.Equal(t, "2", s.one("r", 1))
		require.Equal(t, "1", s.one("r", 2))
		require.Equal(t, "0", s.one("rfm_frequency", 2), "outside the new window")

		grid, err := s.scores.getRFM(s.ctx, &rfmInput{CompareDays: 30})
		require.NoError(t, err)
		require.EqualValues(t, 1, grid.Body.Classes.Value[0].Customers)
		require.EqualValues(t, 1, grid.Body.Classes.Frequency[1].Customers)
		require.EqualValues(t, 1, grid.Body.Classes.Frequency[2].Customers)

		var audited int
		require.NoError(t, records.Read().NewRaw("select count(*) from audit_entries where action = 'rfm.cuts_changed'").Scan(s.ctx, &audited))
		require.Equal(t, 1, audited)

		in.Body.Cuts.R = []int64{4, 3, 2, 1}
		_, err = s.scores.putCuts(s.ctx, in)
		require.True(t, fault.Is(err, fault.KindInvalid))
		kept, err := s.scores.Settings(s.ctx)
		require.NoError(t, err)
		require.Equal(t, []int64{1, 2, 3, 50}, kept.RCuts, "nothing changes when it is refused")
		require.NoError(t, records.Read().NewRaw("select count(*) from audit_entries where action = 'rfm.cuts_changed'").Scan(s.ctx, &audited))
		require.Equal(t, 1, audited)
	})
}

func TestMovementJudgesBothDaysByAWindowOfTheSameLength(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-03-01")
	s.order(1, "2025-01-30", 100) // 365 days before the 30th of January 2026: outside the window of that day
	s.order(1, "2026-01-20", 100)
	s.order(2, "2025-01-31", 100) // inside it
	s.order(2, "2026-01-20", 100)
	s.open()
	out, err := s.scores.getRFM(s.ctx, &rfmInput{CompareDays: 30, Cuts: `{"r": [10, 50, 60, 90], "f": [1, 2, 3, 4], "m": [1, 2, 3, 4]}`})
	require.NoError(t, err)
	require.Equal(t, "2026-01-30", out.Body.Since)
	require.ElementsMatch(t, []RFMMovement{{"new", "promising", 1}, {"potential_loyalist", "promising", 1}}, out.Body.Movement)
}
