/*
 * banned.h: functions nobody may call here, as in git. They truncate silently, overflow, keep
 * hidden state, or start a shell. Using one is a compile error that names its replacement.
 *
 * Layer: base. Included by compiler.h after the standard headers it shadows have been seen.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(func, instead) sorry_##func##_is_banned_use_##instead

#undef strcpy
#define strcpy(x, y) BANNED(strcpy, buf_add)
#undef strcat
#define strcat(x, y) BANNED(strcat, buf_add)
#undef strncpy
#define strncpy(x, y, n) BANNED(strncpy, buf_add)
#undef strncat
#define strncat(x, y, n) BANNED(strncat, buf_add)
#undef strtok
#define strtok(x, y) BANNED(strtok, str_split)
#undef sprintf
#define sprintf(...) BANNED(sprintf, buf_addf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, buf_addf)
#undef atoi
#define atoi(x) BANNED(atoi, str_to_int64)
#undef atol
#define atol(x) BANNED(atol, str_to_int64)
#undef strtol
#define strtol(x, y, b) BANNED(strtol, str_to_int64)
#undef strtoul
#define strtoul(x, y, b) BANNED(strtoul, str_to_int64)
#undef gets
#define gets(x) BANNED(gets, fd_read)
#undef system
#define system(x) BANNED(system, process_run)
#undef popen
#define popen(x, y) BANNED(popen, process_run)
#undef localtime
#define localtime(x) BANNED(localtime, gmtime_r)
#undef gmtime
#define gmtime(x) BANNED(gmtime, gmtime_r)
#undef ctime
#define ctime(x) BANNED(ctime, time_to_rfc3339)
#undef asctime
#define asctime(x) BANNED(asctime, time_to_rfc3339)

#endif
