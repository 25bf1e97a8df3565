import analyze from "../features/analyze/words.en-US";
import schedule from "../features/collect/transfer/schedules/words.en-US";
import source from "../features/collect/sources/words.en-US";
import transfer from "../features/collect/transfer/words.en-US";
import alert from "../features/analyze/alerts/words.en-US";
import behaviour from "../features/analyze/behaviour/words.en-US";
import lifecycle from "../features/analyze/value/lifecycle/words.en-US";
import likeness from "../features/analyze/likeness/words.en-US";
import why from "../features/analyze/why/words.en-US";
import report from "../features/analyze/report/words.en-US";
import dashboard from "../features/analyze/dashboard/words.en-US";
import quality from "../features/analyze/quality/words.en-US";
import collect from "../features/collect/words.en-US";
import duplicate from "../features/customer/duplicates/words.en-US";
import speaker from "../features/customer/speakers/words.en-US";
import own from "../features/customer/fields/words.en-US";
import group from "../features/customer/groups/words.en-US";
import identity from "../features/customer/identity/words.en-US";
import customer from "../features/customer/words.en-US";
import mail from "../features/settings/mail/words.en-US";
import privacy from "../features/privacy/words.en-US";
import settings from "../features/settings/words.en-US";
import signin from "../features/signin/words.en-US";
import today from "../features/today/words.en-US";
import ui from "../ui/words.en-US";
import app from "./shell.en-US";

/** Every text of the product in this language, one namespace per feature. */
export default { app, ui, signin, today, analyze, alert, behaviour, lifecycle, likeness, report, dashboard, why, quality, collect, transfer, schedule, source, mail, customer, duplicate, group, identity, own, speaker, privacy, settings };
