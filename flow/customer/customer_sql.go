package customer

import (
	"context"
	"reflect"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

func updateCustomer(ctx context.Context, tx *db.Tx, c *Customer) error {
	_, err := tx.Do(ctx, `
update customers
set kind = ?, name = ?, given_name = ?, family_name = ?, name_key = ?, name_initials = ?, gender = ?, birthday = ?, country = ?,
    province = ?, city = ?, district = ?, address = ?, postcode = ?, company = ?, industry = ?, lifecycle_stage = ?, source = ?,
    owner_id = ?, team_id = ?, custom = ?, created_import_id = ?, created_at = ?, updated_at = ?, version = ?
where id = ?`,
		c.Kind, c.Name, c.GivenName, c.FamilyName, c.NameKey, c.NameInitials, c.Gender, c.Birthday, c.Country,
		c.Province, c.City, c.District, c.Address, c.Postcode, c.Company, c.Industry, c.LifecycleStage, c.Source,
		c.OwnerID, c.TeamID, c.Custom, c.CreatedImportID, c.CreatedAt, c.UpdatedAt, c.Version, c.ID)
	return err
}

// updateChanged writes the columns in which two versions of a record differ: each one spared is an index not touched.
func updateChanged(ctx context.Context, tx *db.Tx, before, after *Customer) error {
	was, is := before.values(), after.values()
	var set []string
	var args []any
	for i, column := range strings.Split(customerColumns, ", ") {
		if !reflect.DeepEqual(was[i], is[i]) {
			set, args = append(set, column+" = ?"), append(args, is[i])
		}
	}
	_, err := tx.Do(ctx, "update customers set "+strings.Join(set, ", ")+" where id = ?", append(args, after.ID)...)
	return err
}

func contactsOf(ctx context.Context, from bun.IDB, ids []int64) (points []ContactPoint, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = from.NewRaw("select "+contactColumns+" from contact_points where customer_id in (?) order by customer_id, id", bun.List(ids)).Scan(ctx, &points)
	return points, err
}

type identityRow struct {
	CustomerID int64  `bun:"customer_id" json:"customer_id"`
	Source     string `bun:"source" json:"source"`
	ExternalID string `bun:"external_id" json:"external_id"`
	CreatedAt  int64  `bun:"created_at" json:"created_at"`
}

func identitiesOf(ctx context.Context, from bun.IDB, ids []int64) (identities []identityRow, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = from.NewRaw(`
select customer_id, source, external_id, created_at
from identities
where customer_id in (?)
order by created_at, source, external_id`, bun.List(ids)).Scan(ctx, &identities)
	return identities, err
}

type tagRow struct {
	CustomerID int64  `bun:"customer_id" json:"customer_id"`
	Tag        string `bun:"tag" json:"tag"`
	CreatedAt  int64  `bun:"created_at" json:"created_at"`
}

func tagsOf(ctx context.Context, from bun.IDB, ids []int64) (tags []tagRow, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = from.NewRaw("select customer_id, tag, created_at from customer_tags where customer_id in (?) order by created_at, tag", bun.List(ids)).Scan(ctx, &tags)
	return tags, err
}

// consentsOf gives every recorded word of the customers, oldest first.
func consentsOf(ctx context.Context, from bun.IDB, ids []int64) (consents []Consent, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = from.NewRaw("select "+consentColumns+" from consents where customer_id in (?) order by happened_at, id", bun.List(ids)).Scan(ctx, &consents)
	return consents, err
}
