package collect

import (
	"context"
	"errors"
	"io"
	"slices"
)

// position is how far an import has come: the checkpoint. Phase 0 walks the file and leaves scattered groups out;
// phases 1.. each gather a share of those groups. Done is the number of the last record finished in phase 0, and how
// many gathered rows are finished in a later one.
type position struct {
	Phase int   `json:"phase"`
	Done  int64 `json:"done"`
}

// maxGathered bounds the bytes of scattered rows held at once.
const maxGathered = 64 << 20

// rowSource yields the records of a surveyed file in the order they are applied, which is the same at every start.
type rowSource struct {
	s      *survey
	pass   func() (*csvReader, io.Closer, error) // over the file, from its beginning
	at     position
	phases int // of gathering
	reader *csvReader
	closer io.Closer

	gathered []gatheredRow
}

type gatheredRow struct {
	record []string
	number int64
	group  uint64
	first  int64 // number of the group's first record
}

func newRowSource(ctx context.Context, s *survey, from position) *rowSource {
	r := &rowSource{s: s, at: from, pass: func() (*csvReader, io.Closer, error) { return s.file.open(ctx) }}
	if s.deferred > 0 {
		r.phases = int(s.deferred/maxGathered) + 1
	}
	return r
}

func (r *rowSource) close() {
	if r.closer != nil {
		_ = r.closer.Close()
		r.closer, r.reader = nil, nil
	}
}

// next gives one record, the group it belongs to (0 = none) and the position once it is finished; io.EOF at the end.
// The record is valid until the next call.
func (r *rowSource) next() (record []string, number int64, group uint64, after position, err error) {
	for {
		if r.at.Phase > r.phases {
			return nil, 0, 0, r.at, io.EOF
		}
		if r.at.Phase == 0 {
			record, number, group, err = r.nextInFile()
		} else {
			record, number, group, err = r.nextGathered()
		}
		if !errors.Is(err, io.EOF) {
			return record, number, group, r.at, err
		}
		r.close()
		r.gathered = nil
		r.at = position{Phase: r.at.Phase + 1}
	}
}

func (r *rowSource) nextInFile() ([]string, int64, uint64, error) {
	if r.reader == nil {
		if err := r.open(); err != nil {
			return nil, 0, 0, err
		}
	}
	for {
		record, err := r.reader.next()
		if err != nil {
			return nil, 0, 0, err
		}
		if r.reader.number <= r.at.Done {
			continue
		}
		var group uint64
		if len(r.s.plan.group) > 0 {
			group = r.s.hash.of(record)
			if _, deferred := slices.BinarySearch(r.s.split, group); deferred {
				continue
			}
		}
		r.at.Done = r.reader.number
		return record, r.reader.number, group, nil
	}
}

// open starts a pass and steps over the header.
func (r *rowSource) open() error {
	reader, closer, err := r.pass()
	if err != nil {
		return err
	}
	r.reader, r.closer = reader, closer
	if r.s.file.layout.Header {
		_, err = reader.next()
	}
	return err
}

func (r *rowSource) nextGathered() ([]string, int64, uint64, error) {
	if r.gathered == nil {
		if err := r.gather(); err != nil {
			return nil, 0, 0, err
		}
	}
	if r.at.Done >= int64(len(r.gathered)) {
		return nil, 0, 0, io.EOF
	}
	row := r.gathered[r.at.Done]
	r.at.Done++
	return row.record, row.number, row.group, nil
}

// gather collects this phase's share of the scattered groups, whole groups in order of their first record.
func (r *rowSource) gather() error {
	if err := r.open(); err != nil {
		return err
	}
	defer r.close()
	r.gathered = []gatheredRow{}
	first, sizes := map[uint64]int64{}, map[uint64]int{}
	for {
		record, err := r.reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		group := r.s.hash.of(record)
		if _, scattered := slices.BinarySearch(r.s.split, group); !scattered || r.s.share(group, r.phases) != r.at.Phase {
			continue
		}
		if _, seen := first[group]; !seen {
			first[group] = r.reader.number
		}
		if sizes[group]++; sizes[group] > maxGroupRows {
			return &FileError{Code: "group_too_large", Line: r.reader.number}
		}
		r.gathered = append(r.gathered, gatheredRow{slices.Clone(record), r.reader.number, group, first[group]})
	}
	slices.SortStableFunc(r.gathered, func(a, b gatheredRow) int { return int(a.first - b.first) })
	return nil
}

// share says in which phase, from 1, a scattered group is gathered.
func (s *survey) share(group uint64, phases int) int {
	return int(group%uint64(max(phases, 1))) + 1
}
