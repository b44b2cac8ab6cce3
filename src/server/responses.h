/* responses.h: the responses that are remembered, in memory, the newest OG_RESPONSES_MAX of them. Any thread. */
#ifndef OG_SERVER_RESPONSES_H
#define OG_SERVER_RESPONSES_H

#include <jansson.h>
#include <stdbool.h>

enum { OG_RESPONSES_MAX = 256 };

typedef struct og_responses og_responses;

og_responses *og_responses_open(void);
void og_responses_close(og_responses *responses);
/* Shares both; they are not changed any more. */
void og_responses_keep(og_responses *responses, const json_t *response, const json_t *messages);
/* A reference of the response, by its id; NULL if there is none. */
json_t *og_responses_get(og_responses *responses, const char *id);
/* A list of one's own with the conversation up to the response. */
json_t *og_responses_messages(og_responses *responses, const char *id);
bool og_responses_drop(og_responses *responses, const char *id);

#endif
