/** Words that mean something to the reader, in lower case. */

/** Begins a query or a change of rows. */
export const ROWS: RegExp = /^(?:select|with|values|table|insert|update|delete|merge|replace)$/

/** Changes rows of a table that it names. */
export const CHANGES_ROWS: RegExp = /^(?:insert|update|delete|merge|replace|load|truncate)$/

/** Follows a table and is not its alias. */
export const NO_ALIAS: RegExp =
  /^(?:as|cross|default|end|except|fetch|for|force|from|full|group|having|ignore|in|indexed|inner|intersect|into|join|left|limit|lock|natural|not|offset|on|order|overriding|partition|returning|right|select|set|straight_join|table|tablesample|union|use|using|values?|when|where|window|with)$/

/** May come between a verb and its table. */
export const BEFORE_TARGET: RegExp = /^(?:\w+_priority|delayed|ignore|into|only)$/

/** May come between one of the words below, or `into` of PostgreSQL, and the table. */
export const BEFORE_NAME: RegExp =
  /^(?:analyze|binary|concurrently|exists|freeze|full|global|if|index|local|materialized|no_write_to_binlog|not|only|tables?|temp|temporary|unlogged|verbose|view)$/

/** No table, although it follows such a word. */
export const NO_TABLE: RegExp =
  /^(?:all|analyze|commit|conflict|database|delete|domain|foreign|freeze|full|functions?|insert|language|large|on|parameter|procedure|routine|schemas?|sequences|tables|tablespace|to|types?|update|verbose)$/

/** Statements with another one inside. */
export const AROUND: RegExp = /^(?:analyze|declare|desc|describe|explain|prepare)$/

/** Statements whose first word is followed by tables. */
export const ABOUT_TABLES: RegExp =
  /^(?:analyze|check|checksum|cluster|copy|handler|lock|optimize|reindex|repair|truncate|vacuum)$/

export const DEFINITION: RegExp =
  /^(?:alter|comment|create|drop|grant|import|install|reassign|rename|revoke|security|uninstall)$/

export const TRANSACTION: RegExp = /^(?:abort|begin|commit|end|lock|release|rollback|savepoint|start|xa)$/

export const SESSION: RegExp =
  /^(?:analyze|attach|check|checkpoint|checksum|close|cluster|deallocate|declare|detach|discard|fetch|flush|handler|help|kill|listen|load|move|notify|optimize|pragma|prepare|reindex|repair|reset|set|show|unlisten|unlock|use|vacuum)$/

/** Of what is not about rows, what changes its tables. */
export const CHANGES_TABLES: RegExp = /^(?:alter|copy|create|drop|grant|import|load|refresh|rename|revoke|truncate)$/

/** A table follows the last word: of the verb, the word after it, the word before the last one, and the last one. */
export const BEFORE_TABLE: RegExp =
  /^(?!comment|create (?:event|statistics)).* (?:table|view|sequence|on|references|inherits?|partition of|(?:at|de)tach partition|[(,] like|(?:select|insert|update|delete) to)$|^(?:drop|rename) .*tables$|^alter (?:table|view|sequence|materialized) .*rename to$|^rename .* to$|^create (?:constraint|statistics) .* from$|^import .* (?:to|except)$/
