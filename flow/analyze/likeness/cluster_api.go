package likeness

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/learn"
	"guanxi/guard"
)

// ClusterBoard tells of the clusters, of customers the reader may see.
type ClusterBoard struct {
	State     string           `json:"state" enum:"ok,none"`
	Reason    *analyze.Text    `json:"reason,omitempty" doc:"why there are none"`
	TrainedAt *time.Time       `json:"trained_at"`
	AsOf      string           `json:"as_of,omitempty"`
	Customers int64            `json:"customers"`
	Sure      bool             `json:"sure" doc:"so many clusters come again in halves of the customers: their prediction strength is at least 0.8"`
	Asked     int              `json:"asked" doc:"how many a person asked for; 0 where the customers say"`
	Tried     []learn.Standing `json:"tried"`
	Agreement float64          `json:"agreement" doc:"adjusted Rand index with a mixture of as many normal distributions: 1 the same, 0 chance"`
	Clusters  []ClusterView    `json:"clusters" doc:"what brought the most in twelve months first"`
	Moves     []ClusterMoved   `json:"moves" doc:"who went where when clusters were last found anew"`
	Map       []ClusterPoint   `json:"map" doc:"some of the customers on the two first principal components"`
	Shown     float64          `json:"shown" doc:"share of the differences that the map shows, 0..1"`
	Version   int64            `json:"version"`
}

// ClusterView is one cluster.
type ClusterView struct {
	ID        api.ID                `json:"id"`
	Name      analyze.Label         `json:"name"`
	Named     bool                  `json:"named" doc:"a person gave the name"`
	Customers int64                 `json:"customers"`
	Before    int64                 `json:"before" doc:"of everybody, when clusters were found before; 0 for a new one"`
	Revenue   money.Money           `json:"revenue" doc:"orders less refunds of twelve months"`
	Earlier   money.Money           `json:"earlier" doc:"of the twelve months before"`
	Features  []ClusterFeature      `json:"features" doc:"what sets it apart most first"`
	Condition analyze.ConditionJSON `json:"condition"`
}

// ClusterFeature is what its members have of a detail.
type ClusterFeature struct {
	Name   string        `json:"name"`
	Label  analyze.Label `json:"label"`
	Unit   string        `json:"unit,omitempty" enum:"days,orders,share,money,years,"`
	Value  *float64      `json:"value" doc:"the median, the mean of a share"`
	Base   *float64      `json:"base" doc:"of everybody"`
	Effect float64       `json:"effect" doc:"Cohen's d against the others"`
}

// ClusterMoved is how many went from one cluster to another.
type ClusterMoved struct {
	From      api.ID `json:"from"`
	To        api.ID `json:"to"`
	Customers int64  `json:"customers"`
}

// ClusterPoint is the place of one customer on the map.
type ClusterPoint struct {
	Cluster api.ID  `json:"cluster"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
}

var reasons = map[string]analyze.Text{
	notLearned: {ZH: "还没有分过群。分群在后台每周进行一次。", EN: "Clusters have not been looked for yet. That is done in the background every week."},
	reasonFew:  {ZH: "买过东西的客户不足 60 人，分不出稳定的群。", EN: "Fewer than 60 customers have bought: too few to find groups that hold."},
}

func (l *Likeness) registerClusters(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/likeness/clusters", Permission: "metrics.read", Tag: "likeness",
		Summary: "The groups that customers make up by themselves: what sets each apart, its size, revenue and movement"},
		func(ctx context.Context, _ *struct{}) (*api.Answered[ClusterBoard], error) {
			return api.Answer(l.ClusterBoard(ctx))
		})
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/likeness/clusters", Permission: "metrics.write", Tag: "likeness", Status: http.StatusAccepted,
		Summary: "Find clusters anew, in the background"},
		func(ctx context.Context, in *struct {
			Body struct {
				Groups int `json:"groups,omitempty" minimum:"0" maximum:"8" doc:"how many from now on; 0 lets the customers say"`
			}
		}) (*struct{}, error) {
			if in.Body.Groups == 1 {
				return nil, fault.Invalid("groups", "out_of_range", 2, mostClusters)
			}
			return nil, l.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return l.jobs.Insert(ctx, tx, learnJob{Asked: clock.Millis(ctx), Groups: in.Body.Groups})
			})
		})
	api.Register(a, api.Op{Method: http.MethodPatch, Path: "/likeness/clusters/{id}", Permission: "segments.write", Tag: "likeness", Status: http.StatusNoContent,
		Summary: "Name a cluster; it keeps the name when clusters are found anew"},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    struct {
				Name string `json:"name" maxLength:"60" doc:"empty for the words made of what sets it apart"`
			}
		}) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, l.NameCluster(ctx, int64(in.ID), version, in.Body.Name)
		})
}

// NameCluster gives a cluster a name, over the version of the clusters given (0 for whichever is there). Faults: not found,
// invalid, stale.
func (l *Likeness) NameCluster(ctx context.Context, key, version int64, name string) error {
	if name = strings.TrimSpace(name); utf8.RuneCountInString(name) > 60 {
		return fault.Invalid("name", "too_long", 60)
	}
	return l.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var c Clusters
		if _, err := db.Setting(ctx, tx, clustersKey, &c); err != nil {
			return err
		}
		of := c.find(key)
		if of == nil {
			return fault.NotFound("cluster", key)
		}
		if version != 0 && version != c.Version {
			return fault.Stale()
		}
		before := of.Name
		of.Name, c.Version = name, c.Version+1
		if err := db.KeepSetting(ctx, tx, clustersKey, &c); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "cluster.named", "cluster", strconv.FormatInt(key, 10), map[string]any{"before": before, "after": name})
	})
}

// Names gives the clusters by key, in the language of the workspace; it is for sentences.
func (l *Likeness) Names(ctx context.Context) (map[int64]string, error) {
	c, err := l.Clusters(ctx)
	if err != nil || c == nil {
		return nil, err
	}
	names := map[int64]string{}
	for i := range c.Clusters {
		said := c.name(&c.Clusters[i], mayTell(ctx))
		names[c.Clusters[i].Key] = said.Chinese
		if strings.HasPrefix(workspace.Of(ctx).Language, "en") {
			names[c.Clusters[i].Key] = said.English
		}
	}
	return names, nil
}

func mayTell(ctx context.Context) func(feature) bool {
	rights := guard.FieldsOf(ctx, "customers")
	return func(f feature) bool { return f.field == "" || rights.CanUse(f.field) }
}

// figuresSQL counts customers and revenue by cluster, of whom the reader may see.
const figuresSQL = `
with seen as (select k.customer_id, k.cluster from customer_clusters k join customers c on c.id = k.customer_id where {scope})
select s.cluster, count(*), coalesce(sum(o.revenue), 0)::bigint, coalesce(sum(o.earlier), 0)::bigint
from seen s
left join (
  select customer_id, sum(gross - refunded) filter (where day > {today} - 365) as revenue, sum(gross - refunded) filter (where day <= {today} - 365) as earlier
  from orders
  where customer_id is not null and (kind = 'refund' or coalesce(status, '') <> 'cancelled') and day > {today} - 730 and day <= {today}
  group by customer_id
) o on o.customer_id = s.customer_id
group by s.cluster`

const mapPoints = 600

// ClusterBoard tells of the clusters. Fault: forbidden.
func (l *Likeness) ClusterBoard(ctx context.Context) (*ClusterBoard, error) {
	if err := mayKnow(ctx); err != nil {
		return nil, err
	}
	c, err := l.Clusters(ctx)
	if err != nil {
		return nil, err
	}
	b := &ClusterBoard{State: "none", Tried: []learn.Standing{}, Clusters: []ClusterView{}, Moves: []ClusterMoved{}, Map: []ClusterPoint{}}
	if c == nil {
		why := reasons[notLearned]
		b.Reason = &why
		return b, nil
	}
	trained := time.UnixMilli(c.TrainedAt).UTC()
	b.TrainedAt, b.AsOf, b.Version = &trained, c.ToldOn, c.Version
	if c.Reason != "" {
		why := reasons[c.Reason]
		b.Reason = &why
		return b, nil
	}
	b.Asked = c.Asked
	b.State, b.Sure, b.Tried, b.Agreement, b.Shown = "ok", c.Sure, c.Tried, c.Agreement, c.Plane.Shares[0]+c.Plane.Shares[1]
	all := withTastes(c.Categories)
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	rows, err := l.columns.Query(ctx, fill(ctx, strings.Replace(figuresSQL, "{scope}", scope, 1)), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	currency := workspace.Of(ctx).Currency
	for rows.Next() {
		var key, customers, revenue, earlier int64
		if err := rows.Scan(&key, &customers, &revenue, &earlier); err != nil {
			return nil, err
		}
		of := c.find(key)
		if of == nil {
			continue
		}
		v := ClusterView{ID: api.ID(key), Name: c.name(of, mayTell(ctx)), Named: of.Name != "", Customers: customers, Before: of.Before,
			Revenue: money.Of(revenue, currency), Earlier: money.Of(earlier, currency), Features: []ClusterFeature{}, Condition: clusterIs(key)}
		for j, f := range all {
			if !mayTell(ctx)(f) {
				continue
			}
			v.Features = append(v.Features, ClusterFeature{Name: f.name, Label: f.label, Unit: f.unit, Value: known(f, of.Typical[j]), Base: known(f, c.Base[j]), Effect: of.Effect[j]})
		}
		slices.SortStableFunc(v.Features, func(a, b ClusterFeature) int { return cmp.Compare(math.Abs(b.Effect), math.Abs(a.Effect)) })
		b.Clusters = append(b.Clusters, v)
		b.Customers += customers
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(b.Clusters, func(a, b ClusterView) int {
		return cmp.Or(cmp.Compare(b.Revenue.Amount, a.Revenue.Amount), cmp.Compare(a.ID, b.ID))
	})
	if guard.ScopeOf(ctx, "customers").All() {
		for _, m := range c.Moves {
			b.Moves = append(b.Moves, ClusterMoved{api.ID(m.From), api.ID(m.To), m.Customers})
		}
	}
	return b, l.points(ctx, b)
}

func (l *Likeness) points(ctx context.Context, b *ClusterBoard) error {
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	rows, err := l.columns.Query(ctx, fmt.Sprintf("select k.cluster, k.x, k.y from customer_clusters k join customers c on c.id = k.customer_id where %s order by hash(k.customer_id) limit %d", scope, mapPoints), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p ClusterPoint
		var key int64
		if err := rows.Scan(&key, &p.X, &p.Y); err != nil {
			return err
		}
		p.Cluster = api.ID(key)
		b.Map = append(b.Map, p)
	}
	return rows.Err()
}

// clusterIs asks for the members of a cluster.
func clusterIs(key int64) analyze.ConditionJSON {
	text, _ := json.Marshal(map[string]string{"field": "cluster", "op": "eq", "value": strconv.FormatInt(key, 10)})
	return text
}

// known gives a figure as it is told: a price level as a share above the category's.
func known(f feature, v float64) *float64 {
	if v == unknown {
		return nil
	}
	if f.name == "price_level" {
		v = math.Exp(v) - 1
	}
	return &v
}

func sortMoves(moves []ClusterMove) {
	slices.SortFunc(moves, func(a, b ClusterMove) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}
