import { declareErrors, errorEntry, fillText, type Refusal } from "@huimin/outcome";

export const errors = declareErrors({
  BACKUP_UNREADABLE: {
    kind: "invalid",
    zh: "{file} 不是惠民账本的备份文件：{why}。",
    en: "{file} is no backup of this product: {why}.",
    remedyZh: "请核对文件名，或改用另一份备份；huimin backup list 列出已知备份。",
    remedyEn: "Check the name of the file, or take another backup; `huimin backup list` names those that are known.",
  },
  BACKUP_TRUNCATED: {
    kind: "invalid",
    zh: "备份文件 {file} 不完整：{why}。",
    en: "Backup {file} is not complete: {why}.",
    remedyZh: "请重新复制该文件并比对大小与 SHA-256，或改用另一份备份。目标数据库未被改动。",
    remedyEn: "Copy the file again and compare its size and SHA-256, or take another backup. The target was not touched.",
  },
  BACKUP_ALTERED: {
    kind: "invalid",
    zh: "备份文件 {file} 的 {part} 已被改动：{why}。",
    en: "Part {part} of backup {file} was altered: {why}.",
    remedyZh: "不得使用该备份；请改用另一份备份，并查明何人何时改动。目标数据库未被改动。",
    remedyEn: "Do not use it: take another backup, and find out who changed this one. The target was not touched.",
  },
  BACKUP_SIGNATURE: {
    kind: "invalid",
    zh: "备份文件 {file} 的清单签名不成立：{why}。",
    en: "The signature of the list of contents of backup {file} does not hold: {why}.",
    remedyZh: "请用 --key 给出另存的日志公钥；仍不成立的，不得使用该备份。",
    remedyEn: "Name the log's public key that is kept elsewhere with --key; if it still does not hold, do not use the backup.",
  },
  BACKUP_OTHER_VERSION: {
    kind: "conflict",
    zh: "备份 {file} 由其他版本的程序生成（{migration}）。",
    en: "Backup {file} was made by another version of the program ({migration}).",
    remedyZh: "请用生成备份的版本或更新的版本恢复。",
    remedyEn: "Restore it with the version that made it, or a newer one.",
  },
  BACKUP_OTHER_DISTRICT: {
    kind: "conflict",
    zh: "备份 {file} 属于 {found}，本机配置的区划是 {district}。",
    en: "Backup {file} is of {found}; this machine is set up for district {district}.",
    remedyZh: "请设置 HUIMIN_DISTRICT，或改用本区的备份。",
    remedyEn: "Set HUIMIN_DISTRICT, or take a backup of this district.",
  },
  BACKUP_FILES_KEY: {
    kind: "invalid",
    zh: "备份 {file} 中的银行文件由主密钥 {masterKey} 封存，现有密钥打不开。",
    en: "The banks' files in backup {file} are sealed under master key {masterKey}; the keys at hand don't open them.",
    remedyZh: "请用 --secrets 给出当时另存的密钥文件，或用 --without-bank-files 先恢复账簿，以后再用 huimin backup files 取出。",
    remedyEn:
      "Give the keys that were kept apart with --secrets; or restore the books --without-bank-files now, and take the files out later with huimin backup files.",
  },
  RESTORE_FILES_OCCUPIED: {
    kind: "conflict",
    zh: "{folder} 中已有其他文件，银行文件不能恢复到其上。",
    en: "{folder} holds other files: the banks' files are never restored over them.",
    remedyZh: "请把该文件夹移走并保存，或设置 HUIMIN_BANK_FILES 到另一空文件夹，再重新恢复。",
    remedyEn: "Move that folder away and keep it, or set HUIMIN_BANK_FILES to an empty one, and restore again.",
  },
  RESTORE_FILES_DIFFER: {
    kind: "invalid",
    zh: "恢复出的银行文件与备份清单不符（{folder}）。",
    en: "The banks' files that were restored are not those that the list of contents names ({folder}).",
    remedyZh: "请检查磁盘后重试，或改用另一份备份。",
    remedyEn: "Check the disk and try again, or take another backup.",
  },
  BACKUP_LOG_ALTERED: {
    kind: "conflict",
    zh: "未生成备份：日志与已签名的检查点（{size} 条）不符。",
    en: "No backup was made: the log is not what the checkpoint of {size} events signed.",
    remedyZh: "请立即运行 huimin verify 查明被改动的位置，并保留现场。",
    remedyEn: "Run `huimin verify` now to find the position that was altered, and leave everything as it is.",
  },
  RESTORE_TARGET_NOT_EMPTY: {
    kind: "conflict",
    zh: "目标数据库不是空的（有 {table}），不能恢复到已有数据之上。",
    en: "The target database is not empty (it has {table}): nothing is ever restored over data.",
    remedyZh: "请另选空的 --home 目录或空数据库；确需替换的，先把原数据移走并保存。",
    remedyEn: "Name another --home or an empty database; to replace one, move its data away first and keep it.",
  },
  RESTORE_NOT_VERIFIED: {
    kind: "conflict",
    zh: "恢复的副本未通过核验：{what}（第 {position} 条）。",
    en: "The restored copy did not pass verification: {what} (position {position}).",
    remedyZh: "该副本不得提供服务；请改用另一份备份。",
    remedyEn: "This copy may not serve; take another backup.",
  },
  RESTORE_OLDER: {
    kind: "conflict",
    zh: "备份比最后已知的检查点旧：备份到第 {position} 条，检查点已签到第 {signed} 条，缺 {missing} 条（{place}）。",
    en: "The backup is older than the last known checkpoint: it ends at position {position}, {signed} events were signed, {missing} are missing ({place}).",
    remedyZh: "请先找更新的备份或归档日志；确无更新者，经批准后用 --accept-older 原因 继续，缺失区间将被记录。",
    remedyEn:
      "Look for a newer backup or archived WAL first; if there is none, and with approval, go on with --accept-older REASON: what is missing is recorded.",
  },
  DATABASE_NOT_VERIFIED: {
    kind: "conflict",
    zh: "数据库是恢复的副本，尚未通过核验（{state}：{why}），不能提供服务。",
    en: "The database is a restored copy that was not verified ({state}: {why}): it may not serve.",
    remedyZh: "请运行 huimin verify；恢复中断的，重新运行 huimin restore。",
    remedyEn: "Run `huimin verify`; if a restore broke off, run `huimin restore` again.",
  },
  BACKUP_PASSPHRASE: {
    kind: "invalid",
    zh: "口令不对，或密钥文件 {file} 已损坏。",
    en: "The passphrase is wrong, or the file of keys {file} is damaged.",
    remedyZh: "请核对口令与文件；口令至少 {length} 个字符。",
    remedyEn: "Check passphrase and file; a passphrase has at least {length} characters.",
  },
});

/** A refusal on its way out of a stream of work. */
export class BackupFault extends Error {
  override readonly name = "BackupFault";
  readonly refusal: Refusal;
  constructor(code: keyof typeof errors, details: Readonly<Record<string, string | number>> = {}) {
    const entry = errorEntry(code);
    const text = (one: string | undefined): string => fillText(one ?? "", details);
    super(`${code}: ${text(entry?.zh)} ${text(entry?.remedyZh)}\n  ${text(entry?.en)} ${text(entry?.remedyEn)}`);
    this.refusal = { code: errors[code], details };
  }
}
