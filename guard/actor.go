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
	StaffID  int64 // 0 for a token without staff and for the program
	TokenID  int64 // 0 when signed in
	Name     string
	Role     string
	TeamID   *int64
	System   bool
	Address  string   // where the request came from
	Scopes   []string // permissions a token is limited to; empty means all of its role
	Session  int64
	ProvenAt int64    // milliseconds UTC; when the person last showed who they are, 0 for a token
	Waiting  *Waiting // who has shown a first factor only; such a one may do nothing but show the second
	held     *Role    // Role as it is at present, filled in by ActorOf
}

// Waiting is a sign-in that is not complete.
type Waiting struct {
	Session, StaffID int64
	For              string // AwaitsSecondFactor or AwaitsEnrolment
}

// Can reports whether the actor holds the permission.
func (a Actor) Can(permission string) bool {
	if a.System {
		return true
	}
	if len(a.Scopes) > 0 && !slices.Contains(a.Scopes, permission) {
		return false
	}
	if a.held == nil {
		role, known := builtIn[a.Role]
		return known && role.holds(permission)
	}
	return a.held.holds(permission)
}

// Base gives the built-in role whose part the actor plays: their own role, or the one that was copied from.
func (a Actor) Base() string {
	if a.held != nil {
		return a.held.Base
	}
	return a.Role
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

// ActorOf gives the actor of ctx with their role as it is at present. Without one nobody acts, and nobody may do nothing.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	if role, known := RoleOf(ctx, a.Role); known {
		a.held = &role
	} else {
		a.held = &Role{}
	}
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
