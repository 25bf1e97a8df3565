package analyze

import (
	"sync"
	"time"
)

// A million customers on the shelf take about a hundred megabytes; those beyond are asked for one by one.
const (
	blockRows  = 2048
	mostBlocks = 512
)

// shelf keeps the figures of customers packed in memory, as columns had them at the last change that touched each: a
// page or a list needs none of the milliseconds a query of columns takes. Rows come in blocks of neighbouring ids.
// Whoever changes columns says whose figures may have changed; a row read before such a change is not put on the shelf
// after it.
type shelf struct {
	mu     sync.RWMutex
	blocks map[int64]*[blockRows]figureRow
	change uint64 // counts the changes of columns told of
}

// figureRow is what columns know about one customer; money in minor units, days as days since 1970. It holds no
// pointer, so that the collector passes over a block.
type figureRow struct {
	total, firstAt, lastAt     int64
	predicted, toDate          int64
	alive, cycle, overdue      float64
	count, recency, due        int32
	r, f, m                    int8
	known                      bool // whether the row holds anything at all; a customer without orders has no figures and is known
	hasValue, hasAlive, hasDue bool
}

// take gives the rows that are there, the ids that are not, and the change up to which that holds.
func (s *shelf) take(ids []int64) (rows map[int64]figureRow, missing []int64, change uint64) {
	rows = make(map[int64]figureRow, len(ids))
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, id := range ids {
		if block := s.blocks[id/blockRows]; block != nil && block[id%blockRows].known {
			rows[id] = block[id%blockRows]
			continue
		}
		missing = append(missing, id)
	}
	return rows, missing, s.change
}

// put shelves the rows of the ids in [first, end), read at the given change; an id without a row has no figures. It
// does nothing when columns have changed since, or the shelf is full.
func (s *shelf) put(change uint64, first, end int64, rows map[int64]figureRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if change != s.change {
		return
	}
	for id := first; id < end; id++ {
		block := s.blocks[id/blockRows]
		if block == nil {
			if len(s.blocks) == mostBlocks {
				return
			}
			if s.blocks == nil {
				s.blocks = map[int64]*[blockRows]figureRow{}
			}
			block = new([blockRows]figureRow)
			s.blocks[id/blockRows] = block
		}
		row := rows[id]
		row.known = true
		block[id%blockRows] = row
	}
}

// shelved gives those of the ids whose block is on the shelf.
func (s *shelf) shelved(ids []int64) (there []int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, id := range ids {
		if s.blocks[id/blockRows] != nil {
			there = append(there, id)
		}
	}
	return there
}

// clear takes everything off the shelf.
func (s *shelf) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change++
	s.blocks = nil
}

// forget takes the figures of ids off the shelf and gives the change this was.
func (s *shelf) forget(ids []int64) (change uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change++
	for _, id := range ids {
		if block := s.blocks[id/blockRows]; block != nil {
			block[id%blockRows].known = false
		}
	}
	return s.change
}

// full says that no further block fits.
func (s *shelf) full() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.blocks) >= mostBlocks
}

// dayNumber and dayNumbered turn days into small numbers and back.
func dayNumber(day time.Time) int32 { return int32(day.Unix() / 86400) }

func dayNumbered(n int32) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }
