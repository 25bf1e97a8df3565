package customer

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/guard/mails"
)

// Store reads and writes customers and everything that belongs to them, always as the person in the context.
type Store struct {
	records    *db.DB
	fields     *Fields
	purposes   *Purposes
	lifecycles *Lifecycles
	analysis
	reveals      *tally
	taught       taught
	holders      map[string]Holder
	files        Files
	visits       Visits         // nil where no events are known
	stageMoves   StageHistory   // nil where no stages are reckoned
	segmentMoves SegmentHistory // nil where no segments are kept up
	listed       func(ctx context.Context) error
	scoured      func(ctx context.Context) error
	jobs         *job.Registry

	exportDir string
	sealedIn  []string   // folders whose files are brought to the present key
	resealers []Resealer // who else keeps what is sealed
	filesDir  string
	mails     *mails.Mails // nil where nobody is told
	publicURL string
	asked     func(ctx context.Context, from bun.IDB, id int64) ([]string, error)
	again     bool // erasing again whom a restored state has back: a hold it knows of was lifted since
}

// analysis is what a later stage supplies. Any part may be missing: then lists only sort by age, and figures are null.
type analysis struct {
	reckoner    Reckoner
	finder      Finder
	figures     FigureSource
	memberships Memberships
}

// New gives a store over records.
func New(records *db.DB) *Store {
	return &Store{records: records, fields: NewFields(records), purposes: &Purposes{records: records}, lifecycles: NewLifecycles(records), reveals: newTally()}
}

// Fields are the fields that the workspace has defined for its customers. They must be loaded before the store serves
// anybody, and stand in the contexts it is given.
func (s *Store) Fields() *Fields { return s.fields }

// Purposes are what customers are asked for. They must be loaded before the store serves anybody.
func (s *Store) Purposes() *Purposes { return s.purposes }

// Lifecycles are the stages of the life of customers. They must be loaded before the store serves anybody, and stand in the
// contexts it is given.
func (s *Store) Lifecycles() *Lifecycles { return s.lifecycles }

// Use plugs analysis in; nil leaves a part out. It must be called before the store serves anybody.
func (s *Store) Use(finder Finder, figures FigureSource, memberships Memberships) {
	s.finder, s.figures, s.memberships = finder, figures, memberships
}

// Register adds the operations of this stage.
func (s *Store) Register(a *api.API) {
	s.registerCustomers(a)
	s.registerFields(a)
	s.registerFieldFiles(a)
	s.registerAddresses(a)
	s.registerContacts(a)
	s.registerContactStates(a)
	s.registerPersons(a)
	s.registerErase(a)
	s.registerConsents(a)
	s.registerSpeakers(a)
	s.registerActivities(a)
	s.registerTimeline(a)
	s.registerOrders(a)
	s.registerProducts(a)
	s.registerExports(a)
	s.registerSearch(a)
	s.registerMerges(a)
	s.registerDuplicates(a)
	s.registerBulk(a)
	s.registerIdentities(a)
	s.registerPreferences(a)
	s.registerCorrections(a)
	s.registerRequests(a)
	s.registerPrivacy(a)
	s.registerRetention(a)
	s.registerRegister(a)
}

// matches checks an If-Match header against the version stored; "" and * match anything. Fault: stale.
func matches(ifMatch string, version int64) error {
	wanted, err := api.Version(ifMatch)
	if err == nil && wanted != 0 && wanted != version {
		err = fault.Stale()
	}
	return err
}
