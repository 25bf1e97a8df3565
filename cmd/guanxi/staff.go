package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"guanxi/base/db"
	"guanxi/guard"
)

type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make an API token and print it."`
}

type tokenCreate struct {
	dataFlags
	Role string `help:"Role the token acts in." required:""`
	Name string `help:"What the token is for." required:""`
}

func (c *tokenCreate) Run(ctx context.Context) (err error) {
	records, err := c.records(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	g, ctx, err := guardBeside(ctx, records, "")
	if err != nil {
		return err
	}
	_, token, err := g.CreateToken(ctx, guard.NewToken{Name: c.Name, Role: c.Role})
	if err == nil {
		fmt.Println(token)
	}
	return err
}

// guardBeside gives the guard of a process that works beside a running server, with the rules in force.
func guardBeside(ctx context.Context, records *db.DB, publicURL string) (*guard.Guard, context.Context, error) {
	g := guard.New(records, publicURL)
	err := g.LoadRules(ctx)
	return g, guard.System(guard.WithRules(ctx, g.Rules)), err
}

type userCommand struct {
	Create userCreate `cmd:"" help:"Add somebody and print a one-time sign-in link. Whoever has the address already is left as they are, and gets a link."`
	Unite  userUnite  `cmd:"" help:"End the division of administration into system, security and audit."`
}

// userUnite ends the division of the administrators' work.
type userUnite struct {
	dataFlags
	Email string `help:"Who becomes administrator of everything again." required:""`
}

// Run tells only of what went wrong.
func (c *userUnite) Run(ctx context.Context) (err error) {
	records, err := c.records(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	g, ctx, err := guardBeside(ctx, records, "")
	if err != nil {
		return err
	}
	return g.Unite(ctx, c.Email)
}

type userCreate struct {
	dataFlags
	Email       string `help:"E-mail address." required:""`
	Name        string `help:"Name." required:""`
	Role        string `help:"admin, manager, operator, sales, service, analyst, auditor, or one of the company's own." required:""`
	NewPassword bool   `name:"new-password" help:"Print a link to choose a new password with, instead of one that signs in."`
	PublicURL   string `name:"public-url" help:"Where staff reach the program." default:"http://127.0.0.1:8080" env:"GUANXI_PUBLIC_URL"`
}

func (c *userCreate) Run(ctx context.Context) (err error) {
	records, err := c.records(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	g, ctx, err := guardBeside(ctx, records, c.PublicURL)
	if err != nil {
		return err
	}
	return c.create(ctx, g, os.Stdout, os.Stderr)
}

// create prints the link alone on out, so that a script can take it; what else there is to say goes to remarks.
func (c *userCreate) create(ctx context.Context, g *guard.Guard, out, remarks io.Writer) error {
	s, found, err := g.FindOrAddStaff(ctx, guard.NewStaff{Email: c.Email, Name: c.Name, Role: c.Role})
	if err != nil {
		return err
	}
	if found && !s.Active {
		return fmt.Errorf("%s belongs to %s, who is deactivated; an administrator can activate them under Settings, Staff", s.Email, s.Name)
	}
	if found {
		fmt.Fprintf(remarks, "%s exists already: %s, %s. Name, role and password stay as they are.\n", s.Email, s.Name, s.Role)
	}
	purpose := guard.PurposeSignIn
	if c.NewPassword {
		purpose = guard.PurposeInvite
	}
	link, err := g.CreateLink(ctx, purpose, &s.ID)
	if err == nil {
		fmt.Fprintln(out, link)
	}
	return err
}
