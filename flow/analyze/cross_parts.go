package analyze

import (
	"context"

	"guanxi/base/columns"
)

// CrossParts is what reports can be made of by who asks.
type CrossParts struct {
	Metrics    []CrossMetric   `json:"metrics"`
	Facts      []CrossFact     `json:"facts"`
	Dimensions []CrossSplitter `json:"dimensions"`
}

// CrossMetric is a metric that has figures. Of is what its rows are: a dimension fits when it names the same.
type CrossMetric struct {
	Name       string `json:"name"`
	Group      string `json:"group" enum:"sales,customers,behaviour,marketing,service,data"`
	Label      Text   `json:"label"`
	Definition Text   `json:"definition"`
	Unit       Unit   `json:"unit"`
	Of         string `json:"of"`
	Steady     bool   `json:"steady" doc:"as of now: it has no history"`
}

// CrossFact is a kind of facts to reckon with.
type CrossFact struct {
	Name    string        `json:"name"`
	Label   Text          `json:"label"`
	Rows    Text          `json:"rows" doc:"what one row is"`
	Of      string        `json:"of"`
	Steady  bool          `json:"steady"`
	Numbers []CrossNumber `json:"numbers"`
}

// CrossNumber is a number facts have.
type CrossNumber struct {
	Name  string `json:"name"`
	Label Text   `json:"label"`
	Unit  Unit   `json:"unit"`
}

// CrossSplitter is a dimension, and what it fits.
type CrossSplitter struct {
	Name   string   `json:"name"`
	Label  Text     `json:"label"`
	Values []Choice `json:"values,omitempty" doc:"where its parts are known"`
	Fits   []string `json:"fits" doc:"what the rows of a measure must be"`
}

// mostProperties is how many properties of events are offered.
const mostProperties = 60

// Parts gives what reports can be made of by who asks.
func (m *Metrics) Parts(ctx context.Context) (*CrossParts, error) {
	out := &CrossParts{Metrics: []CrossMetric{}, Facts: []CrossFact{}, Dimensions: []CrossSplitter{}}
	of := map[string]*Metric{} // one measure of each source
	var order []string
	keep := func(metric *Metric) string {
		name := metric.source.name
		if of[name] == nil {
			of[name] = metric
			order = append(order, name)
		}
		return name
	}
	for i := range metrics {
		if metric := &metrics[i]; metric.Fed() {
			out.Metrics = append(out.Metrics, CrossMetric{metric.Name, metric.Group, metric.Label, metric.Definition, metric.Unit, keep(metric), metric.source.kind == snapshot})
		}
	}
	for i := range factKinds {
		kind := &factKinds[i]
		metric, _, err := crossMeasure(ctx, CrossMeasure{Fact: kind.Name, Do: "count"})
		if err != nil {
			continue // not for this reader
		}
		fact := CrossFact{Name: kind.Name, Label: kind.Label, Rows: kind.Rows, Of: keep(metric), Steady: kind.source.kind == snapshot, Numbers: []CrossNumber{}}
		for _, n := range kind.Numbers {
			if MayUse(ctx, n.field) {
				fact.Numbers = append(fact.Numbers, CrossNumber{n.Name, n.Label, n.Unit})
			}
		}
		out.Facts = append(out.Facts, fact)
	}
	rows, err := m.columns.Query(ctx, "select distinct name from event_properties where type = 'text' order by name limit ?", mostProperties)
	if err != nil {
		return nil, err
	}
	properties, err := columns.Collect[string](rows)
	if err != nil {
		return nil, err
	}
	for _, d := range m.allDimensions(ctx, properties) {
		splitter := CrossSplitter{Name: d.name, Label: d.label, Values: d.values, Fits: []string{}}
		for _, name := range order {
			if text, _ := d.over(of[name]); text != "" {
				splitter.Fits = append(splitter.Fits, name)
			}
		}
		if len(splitter.Fits) > 0 {
			out.Dimensions = append(out.Dimensions, splitter)
		}
	}
	return out, nil
}
