import type { IsoDate } from "@huimin/calendar";
import { keptUntil } from "@huimin/privacy";
import { ACCESS_LOG_YEARS_MIN } from "@huimin/service-registry";
import type { Place, PlanFacts } from "./plan.ts";

/** 10 years for reconciliations with banks (会计档案管理办法); files of payouts are vouchers and stay 30. */
const VOUCHER_YEARS = 30;

const inYears = (instant: string, years: number): IsoDate => `${Number(instant.slice(0, 4)) + years}-12-31`;
const latest = (days: readonly (IsoDate | null)[]): IsoDate | null =>
  days
    .filter((day) => day !== null)
    .sort()
    .at(-1) ?? null;

/** Every place where data of these persons is or may be, in the order of how hard it is to reach. */
export function placesOf(facts: PlanFacts): Place[] {
  return [...inside(facts), ...copies(facts), ...outside(facts)];
}

/** In the database. */
function inside({ persons, affected, lookups, looks }: PlanFacts): Place[] {
  const K1 = latest(persons.map((one) => (one.K1.readable ? one.K1.keptUntil : null)));
  const events = affected.streams.reduce((sum, one) => sum + one.events, 0);
  return [
    {
      place: "vault_key",
      form: "key",
      found: persons.flatMap(({ person, K1: identity, K2 }) => [
        `${person} K1 ${identity.readable ? "可读 readable" : "已销毁 destroyed"}`,
        `${person} K2 ${K2.readable ? "可读 readable" : "已销毁 destroyed"}`,
      ]),
      zh: "K2 可立即销毁；K1 在保存期满后销毁（ShredPersonalData，双人）。密钥销毁后，其下密文永远不可读。",
      en: "K2 can be destroyed at once, K1 after its retention (ShredPersonalData, two persons). What was sealed under it can't be read any more.",
      until: K1,
    },
    {
      place: "vault_lookup",
      form: "lookup",
      found: lookups === 0 ? [] : [`${lookups} HMAC`],
      zh: "身份证号、账号的检索摘要，随 K1 一并删除；换检索密钥（huimin keys rotate-pepper）后，旧编号也无法由号码推得。",
      en: "Digests by which ID number and account are found; removed with K1. After huimin keys rotate-pepper no id follows from a number any more.",
      until: K1,
    },
    {
      place: "log.event",
      form: "ciphertext",
      found: events === 0 ? [] : [`${events} 事件 events, ${affected.streams.length} 流 streams`],
      zh: "只有密文与假名，不删除：哈希、检查点与凭据因此始终成立。密钥销毁后不可读。",
      en: "Ciphertext and pseudonyms only, never deleted: hashes, checkpoints and receipts stay valid. Unreadable once the key is gone.",
      until: null,
    },
    {
      place: "registry, statement_register, books, vouchers, publicity …",
      form: "ciphertext",
      found: [],
      zh: "读模型与日志同为密文；可随时由日志重建，无需另删。",
      en: "Read models hold the same ciphertext as the log and are made from it: nothing to erase.",
      until: null,
    },
    {
      place: "access_log",
      form: "pseudonym",
      found: looks === 0 ? [] : [`${looks} 次查看 looks`],
      zh: `查看留痕，不含个人信息；至少保存 ${ACCESS_LOG_YEARS_MIN} 年（huimin access-log expire）。`,
      en: `Who looked, no personal data; kept for at least ${ACCESS_LOG_YEARS_MIN} years (huimin access-log expire).`,
      until: null,
    },
    {
      place: "huimin_jobs, webhook",
      form: "pseudonym",
      found: [],
      zh: "任务与通知只有编号。",
      en: "Jobs and notifications carry ids only.",
      until: null,
    },
  ];
}

/** Copies of the database, whoever made them. */
function copies({ backups, shredFolder }: PlanFacts): Place[] {
  return [
    ...backups.map(
      ({ place, madeAt, masterKeys }): Place => ({
        place,
        form: "key",
        found: [`备份 backup ${madeAt.slice(0, 10)}, ${masterKeys.join(" ")}`],
        zh: "含密文、被主密钥包裹的数据密钥，以及整份密封的银行来文（其中可能有姓名账号，不随个人密钥销毁），不含主密钥。按 --keep 到期删除；恢复时按已销毁名单再次销毁；也可换主密钥并 retire 旧密钥，使其永不可读。",
        en: "Ciphertext, wrapped data keys, and the files of banks sealed as a whole (they may hold names and account numbers, and do not go with a person's key), without the master key. Removed by --keep; a restore destroys again what is on the list of shredded keys; or rotate and retire the master key, and it can never be read.",
        until: null,
      }),
    ),
    {
      place: "PostgreSQL WAL / base backup / standby",
      form: "key",
      found: [],
      zh: "由数据库管理员保管，程序看不到；按归档策略到期删除，或换主密钥并 retire 旧密钥。",
      en: "Kept by the database's administrator, not visible to the product: expire by the archive's policy, or rotate and retire the master key.",
      until: null,
    },
    {
      place: shredFolder,
      form: "pseudonym",
      found: [],
      zh: "检查点只有哈希；shredded-keys.jsonl 只有假名与代次，须保留，否则旧备份会带回已删除的信息。",
      en: "Checkpoints are hashes; shredded-keys.jsonl has pseudonyms and generations and must be kept, or an old backup would bring back what was erased.",
      until: null,
    },
  ];
}

/** What left the product in clear, and what comes in so. */
function outside({ affected, disclosures, bankFiles, madeOn, persons }: PlanFacts): Place[] {
  const voucher = latest([...persons.map((one) => one.K1.keptUntil), keptUntil(madeOn)]);
  return [
    ...disclosures.map(
      ({ at, actor, subjectKind, subject, reason, place, households }): Place => ({
        place: place ?? "-",
        form: "clear",
        found: [`${at.slice(0, 10)} ${actor} ${subjectKind} ${subject}: ${reason} (${households})`],
        zh:
          subjectKind === "payout-file"
            ? "代发文件是付款凭证的附件，随会计档案保存；副本应收回销毁。"
            : "已导出的明文文件或打印件，程序无法触及：由经手人收回、销毁并登记。",
        en:
          subjectKind === "payout-file"
            ? "A payout file belongs to the voucher of the payment and is kept with it; copies are to be called in and destroyed."
            : "A file or paper in clear that the product can't reach: whoever took it calls it in, destroys it, and notes it.",
        until: subjectKind === "payout-file" ? inYears(at, VOUCHER_YEARS) : null,
      }),
    ),
    {
      place: "年度告知书、通知 statements, notices",
      form: "clear",
      found: affected.statements,
      zh: "纸质已交户主；程序内为密文（K1），密钥销毁后不能再打印。签收联随会计档案保存。",
      en: "On paper with the household; in the product sealed under K1 and not printable after its destruction. Signed copies are kept with the vouchers.",
      until: affected.statements.length === 0 ? null : voucher,
    },
    {
      place: "公示 publicity",
      form: "clear",
      found: affected.publicity,
      zh: "网页在公示期满后自动撤下；村内张贴件由村委取下。限制处理后一分钟内网页不再显示姓名。",
      en: "The web page is gone after the term; the village takes down the sheet. After a restriction the page shows no name within a minute.",
      until: null,
    },
    {
      place: bankFiles.folder,
      form: "clear",
      found:
        bankFiles.files === 0
          ? []
          : [`${bankFiles.files} 个文件 files${bankFiles.since === undefined ? "" : `, 自 since ${bankFiles.since}`}`],
      zh: "银行往来文件原件（姓名、账号为明文），是入账的原始凭证，哈希在日志中；保存期满后由管理员删除。",
      en: "Files from and to banks as they came (names and accounts in clear): source documents of what was booked, their hashes are in the log; the administrator deletes them after their retention.",
      until: bankFiles.files === 0 ? null : voucher,
    },
    {
      place: "合作银行 partner banks",
      form: "clear",
      found: [],
      zh: "银行依自身法定义务保存客户信息；应书面通知其停止超出目的的使用。",
      en: "Banks keep customers' data under their own duties; tell them in writing to stop any use beyond the purpose.",
      until: null,
    },
    {
      place: "应用日志 application log",
      form: "none",
      found: [],
      zh: "程序日志不含个人信息（有测试保证）。",
      en: "The process's log has no personal data (a test sees to it).",
      until: null,
    },
  ];
}
