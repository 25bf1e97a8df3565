package collect

// Correction counts one sort of automatic cleaning and keeps its first example.
type Correction struct {
	Count int64  `json:"count"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Corrections by code: phone_normalized, date_reformatted, trimmed, identifier_cleaned, encoding_converted, ...
type Corrections struct {
	byCode map[string]*Correction
}

// Add counts one cleaning; the first example of a code stays.
func (c *Corrections) Add(code, from, to string) {
	if c == nil {
		return
	}
	if found := c.byCode[code]; found != nil {
		found.Count++
		return
	}
	if c.byCode == nil {
		c.byCode = map[string]*Correction{}
	}
	c.byCode[code] = &Correction{Count: 1, From: clip(from, 80), To: clip(to, 80)}
}

// merge adds the counts of other, keeping examples already there.
func (c *Corrections) merge(other *Corrections) {
	for code, o := range other.byCode {
		found := c.byCode[code]
		if found == nil {
			if c.byCode == nil {
				c.byCode = map[string]*Correction{}
			}
			copied := *o
			c.byCode[code] = &copied
			continue
		}
		found.Count += o.Count
	}
}

// clip shortens s to at most n characters.
func clip(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// isNew says that the next Add of code will need its example.
func (c *Corrections) isNew(code string) bool { return c != nil && c.byCode[code] == nil }

// clone gives a copy that can be changed on its own.
func (c *Corrections) clone() Corrections {
	copied := Corrections{}
	copied.merge(c)
	return copied
}
