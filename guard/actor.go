// Package guard decides who may do and see what. Every read and write goes through it: permissions of operations,
// the scope of rows, the rights to fields, masking, and the audit log.
package guard

import (
	"context"
	"slices"

	"guanxi/base/fault"
)

// Actor is whoever asks: a member of staff, an API token, or the program itself.
type Actor struct {
	StaffID int64 // 0 for a token without staff and for the program
	TokenID int64 // 0 when signed in
	Name    string
	Role    string
	TeamID  *int64
	System  bool
	Address string   // where the request came from
	Scopes  []string // permissions a token is limited to; empty means all of its role
	Session int64
}

// Can reports whether the actor holds the permission.
func (a Actor) Can(permission string) bool {
	if a.System {
		return true
	}
	if len(a.Scopes) > 0 && !slices.Contains(a.Scopes, permission) {
		return false
	}
	role, known := RoleOf(a.Role)
	return known && role.holds(permission)
}

// Key names the actor in places that keep things apart per actor.
func (a Actor) Key() string {
	switch {
	case a.System:
		return "system"
	case a.TokenID != 0:
		return "token:" + itoa(a.TokenID)
	}
	return "staff:" + itoa(a.StaffID)
}

type actorKey struct{}

// With gives a context in which a acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// System gives a context in which the program itself acts: jobs and the feed.
func System(ctx context.Context) context.Context {
	return With(ctx, Actor{Name: "guanxi", Role: "system", System: true})
}

// ActorOf gives the actor of ctx. Without one nobody acts, and nobody may do nothing.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// Authorize says whether the actor of ctx holds the permission. Faults: unauthenticated, forbidden.
func Authorize(ctx context.Context, permission string) error {
	a := ActorOf(ctx)
	if a.Role == "" {
		return fault.Unauthenticated("sign_in_first")
	}
	if !a.Can(permission) {
		return fault.Forbidden("not_permitted", permission)
	}
	return nil
}
