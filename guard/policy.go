package guard

import (
	"context"
	"slices"

	"guanxi/base/db"
	"guanxi/base/fault"
)

const policyKey = "sign_in.policy"

// Policy is what the workspace asks of who signs in.
type Policy struct {
	MinLength         int      `json:"min_length" minimum:"8" maximum:"64" doc:"of a password, in characters"`
	SecondFactorRoles []string `json:"second_factor_roles" doc:"who must show a second factor"`
	OutsideCounts     bool     `json:"outside_counts" doc:"the sign-in provider asks for a second factor itself"`
}

// SignInPolicy gives the policy in force.
func (g *Guard) SignInPolicy(ctx context.Context) (Policy, error) {
	p := Policy{MinLength: minPassword, SecondFactorRoles: []string{}}
	_, err := db.Setting(ctx, g.records.Read(), policyKey, &p)
	return p, err
}

// SetSignInPolicy puts the policy in force. Faults: invalid.
func (g *Guard) SetSignInPolicy(ctx context.Context, p Policy) error {
	if p.MinLength < 8 || p.MinLength > 64 {
		return fault.Invalid("min_length", "out_of_range", 8, 64)
	}
	for _, name := range p.SecondFactorRoles {
		if _, known := RoleOf(ctx, name); !known {
			return fault.Invalid("second_factor_roles", "role_unknown", name)
		}
	}
	slices.Sort(p.SecondFactorRoles)
	p.SecondFactorRoles = slices.Compact(append([]string{}, p.SecondFactorRoles...))
	before, err := g.SignInPolicy(ctx)
	if err != nil {
		return err
	}
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, policyKey, p); err != nil {
			return err
		}
		return Audit(ctx, tx, "policy.changed", "workspace", "", map[string]any{"before": before, "after": p})
	})
}
