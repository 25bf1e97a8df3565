/**
 * The shapes in this folder say what a page relies on. This file refuses to compile where the served document
 * (schema.gen.ts, made by `npm run gen`) lacks a field of them. Nothing of it reaches the bundle.
 */
import type { Effect, Policy, RoleChange, ShareChange, ShareCondition, Team } from "./access";
import type { Alert, AlertEvidence, AlertPreset, AlertRule, AlertTrial, AlertWatch } from "./alerts";
import type { Behind, Board, Bridge, BridgePart, Cohort, Composition, CompositionItem, Contribution, CustomerClass, Cuts, ExplainNode, Explanation, Metric, Overlap, Preview, Retention, Rfm, Segment, SegmentMember, SplitScore, ValueModel, ValueSettings, ValueTier, Why } from "./analyze";
import type { Backup, BackupSettings, BackupTrial, Backups, Hold, Restored } from "./backups";
import type { Funnel, FunnelStep, PathNode, Paths, Stickiness, VisitBand, VisitBoard, Visits, VisitsOf } from "./behaviour";
import type { ChurnDefinition, ChurnDriver, ChurnModel, ChurnOverview, ChurnPatterns, CustomerChurn } from "./churn";
import type { Alike, AlikeFound, AlikeRow, Assign, Correction, Finding, FindingGroup, Import, ImportField, ImportProblem, Inspection, KeptMapping, Mapping, Offer, RejectGroup } from "./collect";
import type { Cost, CostReturn, ReturnRow } from "./costs";
import type { Consent, ContactPoint, Customer, Timeline, TimelineItem } from "./customer";
import type { Duplicate, DuplicateScan, DuplicateWarning, MergeBatch, PairSide, Precision } from "./duplicate";
import type { Export, ExportField } from "./exports";
import type { Enrolment, MySignIn, Passkey } from "./factors";
import type { EventInfo, FieldInfo, Fields } from "./fields";
import type { BulkEdit, BulkPreview, GroupNode, GroupPlan } from "./group";
import type { Identifier, IdentityRule, Resolution, SourceRules, Visitor } from "./identity";
import type { Acceptance, Cluster, ClusterBoard, ClusterFeature, GoodsBoard, Item, Lookalikes, Persona, PersonaDetail, PersonaItem, PriceBoard, Recommended } from "./likeness";
import type { Mail, MailServer, MailTest } from "./mail";
import type { Address, Division, FieldChange, FileRules, FormulaTrial, OwnField, ParsedAddress, StoredFile } from "./own";
import type { ConsentCell, ConsentOverview, ConsentWeek, DataItemDraft, Notice, PersonRequest, PrivacySettings, Purpose, Reached, Register, RegisterItem, RetentionItem, RetentionPage } from "./privacy";
import type { Fix, FixPreview, QualityFinding, QualityGroup, QualityPart, QualityRule, QualityRun, QualitySchedule, QualityScore, RecordQuality } from "./quality";
import type { ColumnTable, Cross, CrossCell, CrossFilter, CrossHead, CrossMeasure, CrossOpened, CrossPart, CrossRow, ReadyReport, Report, ReportDefinition, SqlAnswer } from "./reports";
import type { Place, PlaceLook, Repeat, ScheduleDraft, ScheduleRun } from "./schedules";
import type { Found } from "./search";
import type { Session, Workspace } from "./session";
import type { AuditEntry, AuditProof, AuditWatch, Network, Role, SignedIn, Staff, Token } from "./settings";
import type { Money } from "./shapes";
import type { EventShape, LiveEvent, RefusalCount, Source } from "./source";
import type { Contact } from "./speaker";
import type { Rhythm, TodayAct, TodayArea, TodayEvidence, TodayItem, TodayList, TodayLog, TodayLogEntry, TodayWhy } from "./today";
import type { Answer, AnswerRow, Common, Factor } from "./why";
import type { components } from "./schema.gen";

type Served = components["schemas"];

/** Fields of ours that the document does not have. Names alone: it does not tell which objects may be null. */
type Missing<S, Ours> = { [K in keyof Ours]-?: undefined extends Ours[K] ? never : K extends keyof S ? never : K }[keyof Ours];

/** What is served, and what a page reads of it. */
interface Pairs {
  // access
  Effect: Missing<Served["Effect"], Effect>;
  Policy: Missing<Served["Policy"], Policy>;
  RoleChange: Missing<Served["RoleChange"], RoleChange>;
  ShareChange: Missing<Served["ShareChange"], ShareChange>;
  ShareCondition: Missing<Served["ShareCondition"], ShareCondition>;
  Team: Missing<Served["Team"], Team>;
  // alerts
  Alert: Missing<Served["AlertView"], Alert>;
  AlertEvidence: Missing<Served["AlertEvidence"], AlertEvidence>;
  AlertPreset: Missing<Served["AlertPreset"], AlertPreset>;
  AlertRule: Missing<Served["AlertRuleView"], AlertRule>;
  AlertTrial: Missing<Served["AlertTrial"], AlertTrial>;
  AlertWatch: Missing<Served["AlertWatch"], AlertWatch>;
  // analyze
  Behind: Missing<Served["OpenedRow"], Behind>;
  Board: Missing<Served["Board"], Board>;
  Bridge: Missing<Served["Bridge"], Bridge>;
  BridgePart: Missing<Served["BridgePart"], BridgePart>;
  Cohort: Missing<Served["Cohort"], Cohort>;
  Composition: Missing<Served["Composition"], Composition>;
  CompositionItem: Missing<Served["CompositionItem"], CompositionItem>;
  Contribution: Missing<Served["Contribution"], Contribution>;
  CustomerClass: Missing<Served["RFMClass"], CustomerClass>;
  Cuts: Missing<Served["RFMCuts"], Cuts>;
  ExplainNode: Missing<Served["ExplainNode"], ExplainNode>;
  Explanation: Missing<Served["Explanation"], Explanation>;
  Metric: Missing<Served["AnalyzeItem"], Metric>;
  Overlap: Missing<Served["Overlap"], Overlap>;
  Preview: Missing<Served["Preview"], Preview>;
  Retention: Missing<Served["Retention"], Retention>;
  Rfm: Missing<Served["RfmOutputBody"], Rfm>;
  Segment: Missing<Served["AnalyzeSegmentView"], Segment>;
  SegmentMember: Missing<Served["SegmentMember"], SegmentMember>;
  SplitScore: Missing<Served["SplitScore"], SplitScore>;
  ValueModel: Missing<Served["ValueModel"], ValueModel>;
  ValueSettings: Missing<Served["ValueSettings"], ValueSettings>;
  ValueTier: Missing<Served["ValueTier"], ValueTier>;
  Why: Missing<Served["Why"], Why>;
  // backups
  Backup: Missing<Served["BackupsItem"], Backup>;
  BackupSettings: Missing<Served["BackupsSettings"], BackupSettings>;
  BackupTrial: Missing<Served["Trial"], BackupTrial>;
  Backups: Missing<Served["Overview"], Backups>;
  Hold: Missing<Served["Hold"], Hold>;
  Restored: Missing<Served["Restored"], Restored>;
  // behaviour
  Funnel: Missing<Served["Funnel"], Funnel>;
  FunnelStep: Missing<Served["FunnelStep"], FunnelStep>;
  PathNode: Missing<Served["PathNode"], PathNode>;
  Paths: Missing<Served["Paths"], Paths>;
  Stickiness: Missing<Served["Stickiness"], Stickiness>;
  VisitBand: Missing<Served["BehaviourBand"], VisitBand>;
  VisitBoard: Missing<Served["BehaviourBoard"], VisitBoard>;
  Visits: Missing<Served["Visits"], Visits>;
  VisitsOf: Missing<Served["VisitsOf"], VisitsOf>;
  // churn
  ChurnDefinition: Missing<Served["ChurnDefinition"], ChurnDefinition>;
  ChurnDriver: Missing<Served["ChurnDriver"], ChurnDriver>;
  ChurnModel: Missing<Served["ChurnModel"], ChurnModel>;
  ChurnOverview: Missing<Served["ChurnOverview"], ChurnOverview>;
  ChurnPatterns: Missing<Served["ChurnPatterns"], ChurnPatterns>;
  CustomerChurn: Missing<Served["CustomerChurn"], CustomerChurn>;
  // collect
  Alike: Missing<Served["Alike"], Alike>;
  AlikeFound: Missing<Served["AlikeView"], AlikeFound>;
  AlikeRow: Missing<Served["AlikeRowView"], AlikeRow>;
  Assign: Missing<Served["Assign"], Assign>;
  Correction: Missing<Served["CorrectionView"], Correction>;
  Finding: Missing<Served["FindingView"], Finding>;
  FindingGroup: Missing<Served["FindingGroupView"], FindingGroup>;
  Import: Missing<Served["ImportView"], Import>;
  ImportField: Missing<Served["FieldView"], ImportField>;
  ImportProblem: Missing<Served["ProblemView"], ImportProblem>;
  Inspection: Missing<Served["Inspection"], Inspection>;
  KeptMapping: Missing<Served["SavedView"], KeptMapping>;
  Mapping: Missing<Served["Mapping"], Mapping>;
  Offer: Missing<Served["Offer"], Offer>;
  RejectGroup: Missing<Served["RejectGroup"], RejectGroup>;
  // costs
  Cost: Missing<Served["View"], Cost>;
  CostReturn: Missing<Served["Return"], CostReturn>;
  ReturnRow: Missing<Served["ReturnRow"], ReturnRow>;
  // customer
  Consent: Missing<Served["ConsentView"], Consent>;
  ContactPoint: Missing<Served["ContactView"], ContactPoint>;
  Customer: Missing<Served["CustomerItem"], Customer>;
  Timeline: Missing<Served["TimelinePage"], Timeline>;
  TimelineItem: Missing<Served["TimelineItem"], TimelineItem>;
  // duplicate
  Duplicate: Missing<Served["Duplicate"], Duplicate>;
  DuplicateScan: Missing<Served["DuplicateScan"], DuplicateScan>;
  DuplicateWarning: Missing<Served["DuplicateWarning"], DuplicateWarning>;
  MergeBatch: Missing<Served["MergeBatch"], MergeBatch>;
  PairSide: Missing<Served["PairSide"], PairSide>;
  Precision: Missing<Served["Precision"], Precision>;
  // exports
  Export: Missing<Served["ExportView"], Export>;
  ExportField: Missing<Served["ExportFieldView"], ExportField>;
  // factors
  Enrolment: Missing<Served["Enrolment"], Enrolment>;
  MySignIn: Missing<Served["MyFactorsBody"], MySignIn>;
  Passkey: Missing<Served["PasskeyItem"], Passkey>;
  // fields
  EventInfo: Missing<Served["EventView"], EventInfo>;
  FieldInfo: Missing<Served["AnalyzeFieldView"], FieldInfo>;
  Fields: Missing<Served["FieldList"], Fields>;
  // group
  BulkEdit: Missing<Served["BulkEditView"], BulkEdit>;
  BulkPreview: Missing<Served["BulkPreview"], BulkPreview>;
  GroupNode: Missing<Served["GroupView"], GroupNode>;
  GroupPlan: Missing<Served["GroupPlan"], GroupPlan>;
  // identity
  Identifier: Missing<Served["Identifier"], Identifier>;
  IdentityRule: Missing<Served["IdentityRule"], IdentityRule>;
  Resolution: Missing<Served["ResolutionView"], Resolution>;
  SourceRules: Missing<Served["SourceRules"], SourceRules>;
  Visitor: Missing<Served["Visitor"], Visitor>;
  // likeness
  Acceptance: Missing<Served["Acceptance"], Acceptance>;
  Cluster: Missing<Served["ClusterView"], Cluster>;
  ClusterBoard: Missing<Served["ClusterBoard"], ClusterBoard>;
  ClusterFeature: Missing<Served["ClusterFeature"], ClusterFeature>;
  GoodsBoard: Missing<Served["GoodsBoard"], GoodsBoard>;
  Item: Missing<Served["LikenessItem"], Item>;
  Lookalikes: Missing<Served["LikenessAlike"], Lookalikes>;
  Persona: Missing<Served["Persona"], Persona>;
  PersonaDetail: Missing<Served["PersonaDetail"], PersonaDetail>;
  PersonaItem: Missing<Served["PersonaItem"], PersonaItem>;
  PriceBoard: Missing<Served["PriceBoard"], PriceBoard>;
  Recommended: Missing<Served["Recommended"], Recommended>;
  // mail
  Mail: Missing<Served["MailView"], Mail>;
  MailServer: Missing<Served["SettingsView"], MailServer>;
  MailTest: Missing<Served["Tested"], MailTest>;
  // own
  Address: Missing<Served["AddressView"], Address>;
  Division: Missing<Served["DivisionView"], Division>;
  FieldChange: Missing<Served["FieldChange"], FieldChange>;
  FileRules: Missing<Served["FileRules"], FileRules>;
  FormulaTrial: Missing<Served["FormulaTrial"], FormulaTrial>;
  OwnField: Missing<Served["CustomerFieldView"], OwnField>;
  ParsedAddress: Missing<Served["ParsedAddress"], ParsedAddress>;
  StoredFile: Missing<Served["FileTold"], StoredFile>;
  // privacy
  ConsentCell: Missing<Served["ConsentCell"], ConsentCell>;
  ConsentOverview: Missing<Served["ConsentOverview"], ConsentOverview>;
  ConsentWeek: Missing<Served["ConsentWeek"], ConsentWeek>;
  DataItemDraft: Missing<Served["DataItemDraft"], DataItemDraft>;
  Notice: Missing<Served["NoticeView"], Notice>;
  PersonRequest: Missing<Served["RequestView"], PersonRequest>;
  PrivacySettings: Missing<Served["Privacy"], PrivacySettings>;
  Purpose: Missing<Served["PurposeView"], Purpose>;
  Reached: Missing<Served["ReachView"], Reached>;
  Register: Missing<Served["Register"], Register>;
  RegisterItem: Missing<Served["RegisterItem"], RegisterItem>;
  RetentionItem: Missing<Served["RetentionItem"], RetentionItem>;
  RetentionPage: Missing<Served["RetentionPage"], RetentionPage>;
  // quality
  Fix: Missing<Served["QualityFix"], Fix>;
  FixPreview: Missing<Served["QualityFixPreview"], FixPreview>;
  QualityFinding: Missing<Served["QualityFinding"], QualityFinding>;
  QualityGroup: Missing<Served["QualityGroup"], QualityGroup>;
  QualityPart: Missing<Served["QualityOfPart"], QualityPart>;
  QualityRule: Missing<Served["QualityRule"], QualityRule>;
  QualityRun: Missing<Served["QualityRun"], QualityRun>;
  QualitySchedule: Missing<Served["QualitySchedule"], QualitySchedule>;
  QualityScore: Missing<Served["QualityScore"], QualityScore>;
  RecordQuality: Missing<Served["QualityOfRecord"], RecordQuality>;
  // reports
  ColumnTable: Missing<Served["TableView"], ColumnTable>;
  Cross: Missing<Served["Cross"], Cross>;
  CrossCell: Missing<Served["CrossCell"], CrossCell>;
  CrossFilter: Missing<Served["CrossFilter"], CrossFilter>;
  CrossHead: Missing<Served["CrossHead"], CrossHead>;
  CrossMeasure: Missing<Served["CrossMeasure"], CrossMeasure>;
  CrossOpened: Missing<Served["CrossOpened"], CrossOpened>;
  CrossPart: Missing<Served["CrossPart"], CrossPart>;
  CrossRow: Missing<Served["CrossRow"], CrossRow>;
  ReadyReport: Missing<Served["Ready"], ReadyReport>;
  Report: Missing<Served["ReportView"], Report>;
  ReportDefinition: Missing<Served["Definition"], ReportDefinition>;
  SqlAnswer: Missing<Served["SQLAnswer"], SqlAnswer>;
  // schedules
  Place: Missing<Served["Place"], Place>;
  PlaceLook: Missing<Served["Looked"], PlaceLook>;
  Repeat: Missing<Served["Repeat"], Repeat>;
  ScheduleDraft: Missing<Served["Draft"], ScheduleDraft>;
  ScheduleRun: Missing<Served["RunView"], ScheduleRun>;
  // search
  Found: Missing<Served["Found"], Found>;
  // session
  Session: Missing<Served["SessionOutBody"], Session>;
  Workspace: Missing<Served["WorkspaceSettings"], Workspace>;
  // settings
  AuditEntry: Missing<Served["AuditItem"], AuditEntry>;
  AuditProof: Missing<Served["AuditState"], AuditProof>;
  AuditWatch: Missing<Served["AuditWatch"], AuditWatch>;
  Network: Missing<Served["Network"], Network>;
  Role: Missing<Served["Role"], Role>;
  SignedIn: Missing<Served["SessionItem"], SignedIn>;
  Staff: Missing<Served["StaffItem"], Staff>;
  Token: Missing<Served["TokenItem"], Token>;
  // shapes
  Money: Missing<Served["Money"], Money>;
  // source
  EventShape: Missing<Served["EventShape"], EventShape>;
  LiveEvent: Missing<Served["LiveEvent"], LiveEvent>;
  RefusalCount: Missing<Served["RefusalCount"], RefusalCount>;
  Source: Missing<Served["SourceView"], Source>;
  // speaker
  Contact: Missing<Served["SpeakerView"], Contact>;
  // today
  Rhythm: Missing<Served["TodayRhythm"], Rhythm>;
  TodayAct: Missing<Served["TodayAction"], TodayAct>;
  TodayArea: Missing<Served["TodayArea"], TodayArea>;
  TodayEvidence: Missing<Served["TodayEvidence"], TodayEvidence>;
  TodayItem: Missing<Served["TodayItem"], TodayItem>;
  TodayList: Missing<Served["Today"], TodayList>;
  TodayLog: Missing<Served["TodayLog"], TodayLog>;
  TodayLogEntry: Missing<Served["TodayLogEntry"], TodayLogEntry>;
  TodayWhy: Missing<Served["TodayWhy"], TodayWhy>;
  // why
  Answer: Missing<Served["Answer"], Answer>;
  AnswerRow: Missing<Served["AnswerRow"], AnswerRow>;
  Common: Missing<Served["Common"], Common>;
  Factor: Missing<Served["Factor"], Factor>;
}

/** The first of them, where there is one: {Customer: "phone"}. */
type Faults = { [K in keyof Pairs as [Pairs[K]] extends [never] ? never : K]: Pairs[K] };

export const faults: Faults = {};
