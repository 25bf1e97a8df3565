import analyze from "../features/analyze/words.zh-CN";
import schedule from "../features/collect/transfer/schedules/words.zh-CN";
import source from "../features/collect/sources/words.zh-CN";
import transfer from "../features/collect/transfer/words.zh-CN";
import alert from "../features/analyze/alerts/words.zh-CN";
import behaviour from "../features/analyze/behaviour/words.zh-CN";
import lifecycle from "../features/analyze/value/lifecycle/words.zh-CN";
import likeness from "../features/analyze/likeness/words.zh-CN";
import why from "../features/analyze/why/words.zh-CN";
import report from "../features/analyze/report/words.zh-CN";
import dashboard from "../features/analyze/dashboard/words.zh-CN";
import quality from "../features/analyze/quality/words.zh-CN";
import collect from "../features/collect/words.zh-CN";
import duplicate from "../features/customer/duplicates/words.zh-CN";
import speaker from "../features/customer/speakers/words.zh-CN";
import own from "../features/customer/fields/words.zh-CN";
import group from "../features/customer/groups/words.zh-CN";
import identity from "../features/customer/identity/words.zh-CN";
import customer from "../features/customer/words.zh-CN";
import mail from "../features/settings/mail/words.zh-CN";
import privacy from "../features/privacy/words.zh-CN";
import settings from "../features/settings/words.zh-CN";
import signin from "../features/signin/words.zh-CN";
import today from "../features/today/words.zh-CN";
import ui from "../ui/words.zh-CN";
import app from "./shell.zh-CN";

/** Every text of the product in this language, one namespace per feature. */
export default { app, ui, signin, today, analyze, alert, behaviour, lifecycle, likeness, report, dashboard, why, quality, collect, transfer, schedule, source, mail, customer, duplicate, group, identity, own, speaker, privacy, settings };
