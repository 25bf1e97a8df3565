package analyze

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/test/testdata"
)

// cdnowCustomer is one customer of the CDNOW sample until the end of training: repeat purchase days after the first
// one, and their amounts in dollars, purchases of one day merged.
type cdnowCustomer struct {
	days    []int32
	amounts []float64
	age     int32
}

// eachCDNOWRow gives the rows of the sample in the order of the file.
func eachCDNOWRow(t testing.TB, row func(id int, day time.Time, dollars float64)) {
	t.Helper()
	file, err := os.Open(testdata.Need(t, "cdnow/CDNOW_sample.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text()) // of the full data, of the sample, day, items, dollars
		if len(fields) != 5 {
			continue
		}
		id, err := strconv.Atoi(fields[1])
		require.NoError(t, err)
		day, err := time.Parse("20060102", fields[2])
		require.NoError(t, err)
		dollars, err := strconv.ParseFloat(fields[4], 64)
		require.NoError(t, err)
		row(id, day, dollars)
	}
}

// readCDNOW reads the sample up to and including the last day of training.
func readCDNOW(t testing.TB, until string) []cdnowCustomer {
	t.Helper()
	end, err := time.Parse(time.DateOnly, until)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[int]*cdnowCustomer{}
	first := map[int]time.Time{}
	var order []int
	eachCDNOWRow(t, func(id int, day time.Time, dollars float64) {
		if day.After(end) {
			return
		}
		c := byID[id]
		if c == nil {
			c = &cdnowCustomer{age: int32(end.Sub(day).Hours() / 24)}
			byID[id], first[id] = c, day
			order = append(order, id)
		}
		since := int32(day.Sub(first[id]).Hours() / 24)
		if last := len(c.days) - 1; last >= 0 && c.days[last] == since {
			c.amounts[last] += dollars
			return
		}
		c.days = append(c.days, since)
		c.amounts = append(c.amounts, dollars)
	})
	customers := make([]cdnowCustomer, len(order))
	for i, id := range order {
		customers[i] = *byID[id]
	}
	return customers
}

func timingsOf(customers []cdnowCustomer) []Timing {
	count := map[Timing]int32{}
	for _, c := range customers {
		count[Timing{Repeats: int32(len(c.days) - 1), LastDays: c.days[len(c.days)-1], AgeDays: c.age}]++
	}
	timings := make([]Timing, 0, len(count))
	for timing, n := range count {
		timing.Customers = n
		timings = append(timings, timing)
	}
	return timings
}

// spendsOf takes the average over repeat purchases: the first one is not counted, as in the paper.
func spendsOf(customers []cdnowCustomer) []Spend {
	var spends []Spend
	for _, c := range customers {
		sum := 0.0
		for _, amount := range c.amounts[1:] {
			sum += amount
		}
		if n := len(c.amounts) - 1; n > 0 {
			spends = append(spends, Spend{Orders: int32(n), Mean: sum / float64(n)})
		}
	}
	return spends
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6g, want %.6g within %.3g", what, got, want, tolerance)
	}
}

// Fader, Hardie and Lee (2005), table 2; Fader and Hardie (2013), section 4.
func TestFitReproducesThePublishedCDNOWParameters(t *testing.T) {
	customers := readCDNOW(t, "1997-09-30")
	fit, err := FitBGNBD(timingsOf(customers), 7)
	if err != nil {
		t.Fatal(err)
	}
	if fit.Customers != 2357 {
		t.Errorf("fitted to %d customers, want 2357", fit.Customers)
	}
	within(t, "r", fit.R, .243, .00243)
	within(t, "alpha", fit.Alpha, 4.414, .04414)
	within(t, "a", fit.A, .793, .00793)
	within(t, "b", fit.B, 2.426, .02426)
	within(t, "log likelihood", fit.LogLikelihood, -9582.4, .05)
}

func TestGammaGammaReproducesThePublishedCDNOWParameters(t *testing.T) {
	fit, err := FitGammaGamma(spendsOf(readCDNOW(t, "1997-09-30")))
	if err != nil {
		t.Fatal(err)
	}
	if fit.Customers != 946 {
		t.Errorf("fitted to %d customers, want the 946 with repeat orders", fit.Customers)
	}
	within(t, "p", fit.P, 6.25, .0625)
	within(t, "q", fit.Q, 3.74, .0374)
	within(t, "v", fit.V, 15.44, .1544)
}
