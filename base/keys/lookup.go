package keys

import (
	"github.com/tink-crypto/tink-go/v2/prf"
)

// Lookup gives the keyed hashes that values of one purpose are found by. While a key is being replaced there are several,
// the present one first, and a value has a hash under each.
type Lookup struct{ sets []prf.PRF }

// Lookup gives the keyed hashes of a purpose.
func (k *Keys) Lookup(purpose string) (Lookup, error) {
	o := k.now.Load()
	handle, err := o.lookups.DeriveKeyset([]byte(purpose))
	if err != nil {
		return Lookup{}, err
	}
	set, err := prf.NewPRFSet(handle)
	if err != nil {
		return Lookup{}, err
	}
	if o.looking == nil {
		return Lookup{[]prf.PRF{set.PRFs[set.PrimaryID]}}, nil
	}
	l := Lookup{}
	for _, id := range o.looking {
		l.sets = append(l.sets, set.PRFs[id])
	}
	return l, nil
}

// Names gives 32 bytes for each key, the present one first.
func (l Lookup) Names(text []byte) (names [][]byte, err error) {
	for _, key := range l.sets {
		name, err := key.ComputePRF(text, 32)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}
