import type { KeyKind } from "../../../api";

/** The sorts of keys, those a source gives first. */
export const kinds: KeyKind[] = ["external_id", "member_no", "unionid", "openid", "phone", "email", "device", "anonymous_id"];
