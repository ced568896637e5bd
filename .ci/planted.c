/*
 * planted.c: faults that clang-tidy's analyzer has to find, each on a line that names its check.
 * They lie across functions, the last ones behind so many branches that a small budget would not
 * reach them. No part of the program; .ci/check-analyzer reads it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

struct node {
	struct node *next;
	int weight;
};

int null_across(struct node *list, int weight);
int uninitialized_across(int weight);
int divided_across(int weight);
int freed_across(int weight);
int leaked_across(int weight);
int null_behind_branches(const int *in, struct node *list);
int leaked_behind_loops(const int *in, size_t count);

static int weight_of(const struct node *node)
{
	return node->weight; /* finds: NullDereference */
}

static int weight_of_next(const struct node *node)
{
	return node->next->weight; /* finds: NullDereference */
}

static struct node *make(int weight)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		abort();
	node->weight = weight;
	return node;
}

static void drop(struct node *node)
{
	free(node);
}

static bool weigh(int weight, int *out)
{
	if (weight < 0)
		return false;
	*out = weight;
	return true;
}

static int tally(const int *in, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (in[i] > 10)
			sum += 2;
		else if (in[i] < -10)
			sum -= 2;
		else if (in[i] != 0)
			sum++;
	}
	return sum;
}

int null_across(struct node *list, int weight)
{
	return weight_of(weight > 3 ? list : NULL);
}

int uninitialized_across(int weight)
{
	int heavy;

	(void)weigh(weight, &heavy);
	return heavy; /* finds: UndefReturn */
}

static int zero_of(int weight)
{
	return weight > 5 ? weight : 0;
}

int divided_across(int weight)
{
	return 100 / zero_of(weight); /* finds: DivideZero */
}

int freed_across(int weight)
{
	struct node *node = make(weight);

	drop(node);
	return node->weight; /* finds: Malloc */
}

int leaked_across(int weight)
{
	struct node *node = make(weight);

	if (weight == 7)
		return 0; /* finds: Malloc */
	drop(node);
	return 1;
}

int null_behind_branches(const int *in, struct node *list)
{
	struct node last = {.next = list};
	int sum = 0;

	sum += in[0] ? 1 : 2;
	sum += in[1] ? 1 : 3;
	sum += in[2] ? 1 : 5;
	sum += in[3] ? 1 : 7;
	sum += in[4] ? 1 : 11;
	sum += in[5] ? 1 : 13;
	sum += in[6] ? 1 : 17;
	if (sum == 7 + 2)
		last.next = NULL;
	return weight_of_next(&last);
}

int leaked_behind_loops(const int *in, size_t count)
{
	struct node *node = make(tally(in, count));

	if (tally(in + count, count) > node->weight)
		return 0; /* finds: Malloc */
	drop(node);
	return 1;
}
