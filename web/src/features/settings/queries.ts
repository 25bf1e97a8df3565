import { queryOptions } from "@tanstack/react-query";
import { listRoles, listStaff } from "../../api";

export const staffQuery = queryOptions({ queryKey: ["staff"], queryFn: listStaff, staleTime: 60_000 });
export const rolesQuery = queryOptions({ queryKey: ["roles"], queryFn: listRoles, staleTime: 60_000 });
