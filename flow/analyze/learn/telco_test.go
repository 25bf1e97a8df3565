package learn

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guanxi/test/testdata"
)

// telco reads the customers of a telephone company, and who left it. Numbers are those of more than ten values.
func telco(t testing.TB) *Set {
	t.Helper()
	file, err := os.Open(testdata.Need(t, "telco_churn/Telco-Customer-Churn.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head, lines := lines[0], lines[1:]
	s := &Set{X: make([][]float64, len(lines)), Y: make([]bool, len(lines))}
	for i, line := range lines {
		s.Y[i] = line[len(line)-1] == "Yes"
	}
	for at, name := range head[1 : len(head)-1] {
		f := Feature{Name: name}
		if !slices.Contains([]string{"tenure", "MonthlyCharges", "TotalCharges"}, name) {
			for _, line := range lines {
				if !slices.Contains(f.Levels, line[at+1]) {
					f.Levels = append(f.Levels, line[at+1])
				}
			}
		}
		s.Features = append(s.Features, f)
		for i, line := range lines {
			v := math.NaN()
			if f.Levels != nil {
				v = float64(slices.Index(f.Levels, line[at+1]))
			} else if text := strings.TrimSpace(line[at+1]); text != "" {
				if v, err = strconv.ParseFloat(text, 64); err != nil {
					t.Fatal(err)
				}
			}
			s.X[i] = append(s.X[i], v)
		}
	}
	return s
}

// In ten parts, each told by models that were fitted without it, both models reach the area that plain logistic regression is
// known for on this data (.845), and their probabilities can be taken at their word.
func TestWhoLeavesATelephoneCompany(t *testing.T) {
	s := telco(t)
	if len(s.X) != 7043 || math.Abs(s.Rate()-1869.0/7043) > 1e-12 {
		t.Fatalf("%d rows, %.4f left", len(s.X), s.Rate())
	}
	for _, c := range []struct {
		name string
		fit  func(*Set) (Model, error)
	}{
		{"logistic regression", func(s *Set) (Model, error) { return FitLogistic(s, 1) }},
		{"boosted trees", func(s *Set) (Model, error) { return FitBoosted(s, UsualGrowth) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			told, err := CrossValidate(s, 10, 1, c.fit)
			if err != nil {
				t.Fatal(err)
			}
			r := Judge(told, s.Y)
			t.Logf("AUC %.4f, log loss %.4f, Brier %.4f, calibration error %.4f, likeliest tenth %.2f times", r.AUC, r.LogLoss, r.Brier, r.Error, r.Lift[1].Times)
			if r.AUC < .845 {
				t.Errorf("AUC %.4f", r.AUC)
			}
			if r.Error > .03 {
				t.Errorf("told and come to be differ by %.4f", r.Error)
			}
		})
	}
}

// What drives the risk is what the trade knows: those who may leave any month and came lately are likely to, and a contract of two years keeps.
func TestDriversOfLeaving(t *testing.T) {
	s := telco(t)
	at := func(name string) int {
		return slices.IndexFunc(s.Features, func(f Feature) bool { return f.Name == name })
	}
	level := func(feature int, l string) float64 { return float64(slices.Index(s.Features[feature].Levels, l)) }
	logistic, err := FitLogistic(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	boosted, err := FitBoosted(s, UsualGrowth)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []Model{logistic, boosted} {
		contract := at("Contract")
		var monthly, twoYears, count1, count2 float64
		weight := make([]float64, len(s.Features))
		for _, x := range s.X {
			d := m.Drivers(x)
			sum := m.Base()
			for f, v := range d {
				sum += v
				weight[f] += math.Abs(v)
			}
			if p := m.Probability(x); math.Abs(sigmoid(sum)-p) > 1e-9 {
				t.Fatalf("%T: the drivers add up to %.12f, told %.12f", m, sigmoid(sum), p)
			}
			switch x[contract] {
			case level(contract, "Month-to-month"):
				monthly, count1 = monthly+d[contract], count1+1
			case level(contract, "Two year"):
				twoYears, count2 = twoYears+d[contract], count2+1
			}
		}
		if monthly/count1 < .2 || twoYears/count2 > -.5 {
			t.Errorf("%T: a month's contract moves the log odds by %.2f, one of two years by %.2f", m, monthly/count1, twoYears/count2)
		}
		strongest := slices.MaxFunc([]int{at("tenure"), contract, at("InternetService"), at("gender"), at("PhoneService")}, func(a, b int) int {
			if weight[a] < weight[b] {
				return -1
			}
			return 1
		})
		if name := s.Features[strongest].Name; name == "gender" || name == "PhoneService" {
			t.Errorf("%T: %s drives most", m, name)
		}
		if weight[at("gender")] > weight[contract]/10 {
			t.Errorf("%T: gender drives %.2f of what the contract does", m, weight[at("gender")]/weight[contract])
		}
	}
}
