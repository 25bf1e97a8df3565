package customer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"guanxi/base/china"
	"guanxi/flow/collect"
)

// customerRow is a row made ready outside the transaction.
type customerRow struct {
	Customer
	set        uint32 // by textFields: the row brings this attribute
	keys       keys
	identities []identityKey // further ones
	contacts   []ContactPoint
	tags       []string
	consents   []Consent
	owner      string
	fallback   string // of relations: the number she gets where her source has none
	unfit      []unfit
}

// Prepare implements collect.Preparer: normalising and pinyin need no database.
func (k *customerKind) Prepare(b *collect.Batch) error {
	rows := make([]customerRow, len(b.Rows))
	region := k.workspace().Country
	for i := range b.Rows {
		if b.Outcomes[i].State == collect.Pending {
			k.prepare(b, &b.Rows[i], &rows[i], region)
		}
	}
	b.Prepared = rows
	return nil
}

func (k *customerKind) prepare(b *collect.Batch, from *collect.Row, row *customerRow, region string) {
	row.Customer = newCustomer(b.Now)
	row.Source = b.Source
	if valueAt(from.Values, k.at.record).Set {
		row.Source = "" // an export tells where she came from, or that nobody knows
	}
	for i, f := range k.at.text {
		if f >= 0 && from.Values[f].Set {
			*textFields[i].of(&row.Customer) = from.Values[f].Text
			row.set |= 1 << i
		}
	}
	if k.end != "" {
		row.Kind = k.end
	} else if row.Kind != KindOrganization {
		row.Kind = KindPerson
	}
	if v := valueAt(from.Values, k.at.birthday); v.Set {
		row.Birthday = &v.Text
	}
	if v := valueAt(from.Values, k.at.createdAt); v.Set {
		row.CreatedAt = v.Int
	}
	row.partAddress(valueAt(from.Values, k.at.fullAddress).Text)
	row.settle()
	row.keys = keys{record: valueAt(from.Values, k.at.record).Text, source: b.Source, externalID: valueAt(from.Values, k.at.externalID).Text}
	if v := valueAt(from.Values, k.at.identitySource); v.Set {
		row.keys.source = v.Text
	}
	row.identities = readIdentities(valueAt(from.Values, k.at.identities).Text)
	if known := RegionOf(row.Country); known != "" {
		region = known
	}
	row.addContact(ContactPhone, valueAt(from.Values, k.at.phone), region)
	row.addContact(ContactEmail, valueAt(from.Values, k.at.email), region)
	row.addContact(ContactWeChat, valueAt(from.Values, k.at.wechat), region)
	row.addMore(ContactPhone, valueAt(from.Values, k.at.morePhones), region)
	row.addMore(ContactEmail, valueAt(from.Values, k.at.moreEmails), region)
	if v := valueAt(from.Values, k.at.tags); v.Set {
		row.tags = strings.Split(v.Text, "\n")
	}
	for _, c := range k.at.consents {
		if v := valueAt(from.Values, c.field); v.Set {
			row.consents = append(row.consents, Consent{Purpose: PurposeMarketing, Channel: c.channel, Granted: v.Int != 0,
				Source: b.Source, Proof: "import", ProofKind: ProofImport, HappenedAt: b.Now})
		}
	}
	row.owner = valueAt(from.Values, k.at.owner).Text
	if row.keys.none() && row.Name != "" {
		row.keys.externalID = rowDigest(from.Values)
	}
	if len(b.Custom) > 0 {
		k.prepareOwn(b, from, row)
	}
}

// valueAt gives a value of a row, none where the kind has no such field.
func valueAt(values []collect.Value, field int) (v collect.Value) {
	if field >= 0 {
		v = values[field]
	}
	return v
}

// partAddress puts the parts of a line of an address where the row has nothing of its own. A line that names no place of China is
// all street.
func (row *customerRow) partAddress(line string) {
	if line == "" {
		return
	}
	if known := RegionOf(row.Country); row.Country != "" && known != "CN" {
		row.fill(map[string]string{"address": line})
		return
	}
	p := china.Parse(line)
	if p.Conflict != nil {
		row.unfit = append(row.unfit, unfit{placeConflict(p.Conflict), "full_address"})
	}
	row.fill(parsedAddress(p))
}

func (row *customerRow) fill(parts map[string]string) {
	for i, f := range textFields {
		if text := parts[f.name]; text != "" && row.set&(1<<i) == 0 {
			*f.of(&row.Customer) = text
			row.set |= 1 << i
		}
	}
}

// digestMark begins the identity of a customer whose source gave no key at all: the digest of the row, by which the
// same row is known again when the file comes a second time. It is not shown.
const digestMark = "#"

func rowDigest(values []collect.Value) string {
	h := sha256.New()
	for i, v := range values {
		if v.Set {
			fmt.Fprintf(h, "%d=%d %q\n", i, v.Int, v.Text)
		}
	}
	return digestMark + hex.EncodeToString(h.Sum(nil)[:12])
}

func (row *customerRow) addContact(kind string, v collect.Value, region string) {
	if !v.Set {
		return
	}
	p := normalContact(kind, v.Text, region)
	row.contacts = append(row.contacts, p)
	switch {
	case p.State == ContactInvalid:
	case kind == ContactPhone:
		row.keys.phone = p.Value
	case kind == ContactEmail:
		row.keys.email = p.Value
	}
}

// addMore adds further contact points; she is not known by them.
func (row *customerRow) addMore(kind string, v collect.Value, region string) {
	for _, part := range parted(v.Text) {
		if text := trimmed(part.(string)); text != "" {
			row.contacts = append(row.contacts, normalContact(kind, text, region))
		}
	}
}
