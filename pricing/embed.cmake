# SPDX-License-Identifier: Apache-2.0
# Turns the price catalogue into C: cmake -DCATALOG=DIRECTORY -DOUT=FILE.c -P embed.cmake
#
# Each line of a CSV file becomes one string literal, so that no literal is longer than the 4095 characters
# that C11 promises. The files go in the order of their paths, in which the sheet's hash is taken.

file(GLOB regions LIST_DIRECTORIES true RELATIVE ${CATALOG} ${CATALOG}/*)
list(SORT regions)
set(body "/* Made by embed.cmake from pricing/catalog. */\n#include \"sheet.h\"\n")
set(table "")
set(number 0)
foreach(region IN LISTS regions)
    file(GLOB names RELATIVE ${CATALOG}/${region} ${CATALOG}/${region}/*.csv)
    list(SORT names)
    foreach(name IN LISTS names)
        file(READ ${CATALOG}/${region}/${name} text)
        string(REPLACE "\\" "\\\\" text "${text}")
        string(REPLACE "\"" "\\\"" text "${text}")
        string(REPLACE "\n" "\",\n    \"" text "${text}")
        string(REGEX REPLACE "\\.csv$" "" name ${name})
        # The text ends with a newline, so its last literal is opened and empty: NULL takes its place.
        string(REGEX REPLACE "\"$" "(void *)0" text "\"${text}")
        string(APPEND body "\nstatic const char *const lines_${number}[] = {\n    ${text}};\n")
        string(APPEND table "    {\"${region}\", \"${name}\", lines_${number}},\n")
        math(EXPR number "${number} + 1")
    endforeach()
endforeach()
string(APPEND body "\nextern const struct sheet_file sheet_catalog[];\n"
       "const struct sheet_file sheet_catalog[] = {\n${table}    {(void *)0, (void *)0, (void *)0}};\n")
file(WRITE ${OUT} "${body}")
