package analyze

import (
	"context"
	"strconv"
	"strings"

	"guanxi/base/fault"
)

// CustomerParts is a dimension of customers. Text gives the part of the customer c, with her scores s, as text or null;
// Field is the field of conditions that it is, empty where it is none.
type CustomerParts struct {
	CrossDimension
	Text   string
	Field  string
	Labels map[string]Text
}

// PartsOfCustomers finds a dimension of customers. Faults: invalid, forbidden.
func (m *Metrics) PartsOfCustomers(ctx context.Context, segments *Segments, name string) (*CustomerParts, error) {
	if name == clusterField {
		return segments.clusterParts(ctx)
	}
	d, err := m.dimensionOf(ctx, name)
	if err != nil {
		return nil, err
	}
	text := d.customer
	if d.split != nil && len(d.split.args) == 0 {
		text = d.split.customer
	}
	if text == "" {
		return nil, fault.Invalid("", "dimension_unknown", name)
	}
	p := &CustomerParts{CrossDimension: CrossDimension{name, d.label}, Text: strings.NewReplacer("{zone}", zoneSQL(ctx), "{today}", todaySQL(ctx)).Replace(text)}
	if d.field != "" && d.field == conditionName(name) {
		p.Field = d.field
	}
	p.Labels, err = m.labelsOf(ctx, d)
	return p, err
}

// clusterParts are the groups that customers make up by themselves.
func (s *Segments) clusterParts(ctx context.Context) (*CustomerParts, error) {
	f := customerFields[clusterField]
	if !f.mayUse(ctx) {
		return nil, fault.Forbidden("field_forbidden", clusterField)
	}
	p := &CustomerParts{CrossDimension: CrossDimension{clusterField, Text{f.Label.Chinese, f.Label.English}}, Text: "cast(" + f.expr + " as varchar)", Field: clusterField, Labels: map[string]Text{}}
	names := s.named[clusterField]
	if names == nil {
		return p, nil
	}
	known, err := names(ctx)
	for id, name := range known {
		p.Labels[strconv.FormatInt(id, 10)] = Text{name, name}
	}
	return p, err
}

// AllPartsOfCustomers gives the dimensions of customers that the reader may use.
func (m *Metrics) AllPartsOfCustomers(ctx context.Context, segments *Segments) (all []CrossDimension) {
	if p, err := segments.clusterParts(ctx); err == nil {
		all = append(all, p.CrossDimension)
	}
	for _, d := range m.allDimensions(ctx, nil) {
		if d.customer != "" || d.split != nil && d.split.customer != "" && len(d.split.args) == 0 {
			all = append(all, CrossDimension{d.name, d.label})
		}
	}
	return all
}
