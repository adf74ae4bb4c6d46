/** Extension types of MessagePack in stored values. Those of applications are free from 0x40 on. */

/** As msgpackr has them. */
export const BIGINT_TYPE = 0x42
export const SET_TYPE = 0x73
export const TYPED_ARRAY_TYPE = 0x74
export const REGEXP_TYPE = 0x78
export const DATE_TYPE = 0xff

/** Ours: what follows is one value. */
export const NEGATIVE_ZERO_TYPE = 0x5c
export const URL_TYPE = 0x5d
export const ERROR_TYPE = 0x5e
/** An object whose members are written as a map. */
export const DICTIONARY_TYPE = 0x5f
