package customer

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/guard"
)

func (s *Store) registerRegister(a *api.API) {
	const tag = "privacy"
	type registerOutput struct{ Body *Register }
	api.Register(a, api.Op{Method: "GET", Path: "/processing-register", Permission: "privacy.read", Tag: tag,
		Summary: "The register of processing: each field and kind of records with its purpose, ground, time, recipients, sources, uses and who may see it"},
		func(ctx context.Context, _ *struct{}) (*registerOutput, error) {
			r, err := s.ProcessingRegister(ctx)
			return &registerOutput{r}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/processing-register/notes", Permission: "privacy.write", Tag: tag, Status: 204, Summary: "Change what people have added to the register"},
		func(ctx context.Context, in *struct {
			Body struct {
				Notes string `json:"notes" maxLength:"20000"`
			}
		}) (*struct{}, error) {
			return nil, s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if err := db.KeepSetting(ctx, tx, registerNotesKey, trimmed(in.Body.Notes)); err != nil {
					return err
				}
				return guard.Audit(ctx, tx, "register.noted", "settings", registerNotesKey, nil)
			})
		})
}
