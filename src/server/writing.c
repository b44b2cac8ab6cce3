/* writing.c: see writing.h. */
#include "server/writing.h"

void og_writing_start(og_exchange *ex) {
    (void)ex;
}
void og_writing_cancel(og_writing *answer) {
    (void)answer;
}
void og_writing_close(og_writing *answer) {
    (void)answer;
}
