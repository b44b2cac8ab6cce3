/* writing.h: answers that are generated. */
#ifndef OG_SERVER_WRITING_H
#define OG_SERVER_WRITING_H

#include "server/exchange.h"

void og_writing_start(og_exchange *ex);
void og_writing_cancel(og_writing *answer);
void og_writing_close(og_writing *answer);

#endif
