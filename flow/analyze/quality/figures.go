package quality

import "guanxi/base/api"

func (q *Quality) registerFigures(a *api.API) {}
