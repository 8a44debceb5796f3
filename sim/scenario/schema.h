/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCHEMA_H
#define SCHEMA_H

/* The language of scenarios as a JSON Schema (draft 2020-12), made from the tables of every model: what an
   editor needs to complete keys, show their help and underline what is wrong. It accepts every scenario that
   loads; what only the whole can tell, such as whether a node is there, it does not know. */

struct arena;

/* The schema as text, indented, ending in a newline; kept in `arena`. */
const char *schema_text(struct arena *arena);

#endif
