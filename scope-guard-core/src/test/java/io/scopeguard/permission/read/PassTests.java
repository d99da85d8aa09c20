package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.Page;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a walk over a list proves that entries are missing. */
class PassTests {

    private static final int PAGE = 10;
    private static final int PAGES = 12;
    private static final int RUNS = 2_000;

    private final List<String> list = new ArrayList<>();
    private final Pass<Boolean> pass = new Pass<>(1);
    private int reads;

    @ParameterizedTest
    @CsvSource({
        // total on all pages, distinct ids, conclusive
        "4,  4, true",
        "5,  4, false",
        "3,  4, false",
        "-1, 4, true"
    })
    void isConclusiveWhenTheTotalStaysThenIfItMatches(int total, int distinct, boolean conclusive) {
        pass.add(new Page<>(List.of(1, 2), "2", total), Map.of("a", true, "b", true), 2);
        Map<String, Boolean> rest = new HashMap<>();
        for (int i = 2; i < distinct; i++) {
            rest.put("id-" + i, true);
        }
        boolean last = pass.add(new Page<>(List.of(1, 2), null, total), rest, 3);

        assertThat(last).isTrue();
        assertThat(pass.isConclusive()).isEqualTo(conclusive);
    }

    @Test
    void addWhenAnEmptyPagePromisesAnotherThenOverAndNotConclusive() {
        assertThat(pass.add(new Page<>(List.of(), "2", 0), Map.of(), 2)).isTrue();
        assertThat(pass.isConclusive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, PAGES - 1})
    void addWhenAnEntryLeavesBetweenTwoPagesThenTheFirstIsReadAgain(int page) {
        fill(PAGES * PAGE);
        walk(read -> leaveAfter(read == page, 3));

        assertThat(reads).isEqualTo(PAGES + 1);
        assertThat(pass.pages()).isEqualTo(PAGES);
        assertThat(pass.isConclusive()).isTrue();
        assertThat(pass.seen().keySet()).containsAll(list);
    }

    @Test
    void addWhenAnotherEntryLeavesBeforeThePageIsReadAgainThenSoIsTheNextOne() {
        fill(PAGES * PAGE);
        walk(read -> leaveAfter(read == 5 || read == 6, 3));

        assertThat(reads).isEqualTo(PAGES + 2);
        assertThat(pass.isConclusive()).isTrue();
        assertThat(pass.seen().keySet()).containsAll(list);
    }

    @Test
    void addWhenTheLastPageIsGoneThenThePassEndsWithTheOneBefore() {
        fill((PAGES - 1) * PAGE + 1);
        walk(read -> leaveAfter(read == PAGES - 1, 3));

        assertThat(reads).isEqualTo(PAGES + 1);
        assertThat(pass.isConclusive()).isTrue();
        assertThat(pass.seen().keySet()).containsAll(list);
    }

    @Test
    void addWhenEntriesOfAWholePageLeaveThenNotConclusive() {
        fill(PAGES * PAGE);
        walk(read -> {
            for (int i = 0; i < PAGE; i++) {
                leaveAfter(read == 5, 3);
            }
        });

        assertThat(pass.isConclusive()).isFalse();
    }

    @Test
    void addWhenTheListChangesAfterEveryPageThenOverSoonAndNotConclusive() {
        fill(PAGES * PAGE);
        walk(read -> list.add(0, "new-" + read));

        assertThat(reads).isLessThanOrEqualTo(PAGES + 4);
        assertThat(pass.isConclusive()).isFalse();
    }

    /** As if the budget were used up. */
    @Test
    void goBackWhenAPageIsReadAgainThenThePassContinuesThere() {
        fill(PAGES * PAGE);
        walk(read -> {
            leaveAfter(read == 5, 3);
            if (read == 6) {
                Pass.Place place = pass.place();
                read();
                list.remove(3);
                pass.goBackTo(place);
            }
        });

        assertThat(pass.pages()).isEqualTo(PAGES);
        assertThat(pass.isConclusive()).isTrue();
        assertThat(pass.seen().keySet()).containsAll(list);
    }

    /** Entries join at the beginning or at the end, as the provider sorts them. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 20})
    void isConclusiveWhenEntriesJoinAndLeaveThenNobodyWhoStayedIsMissing(int pagesPerChange) {
        Random random = new Random(1);
        int conclusive = 0;
        for (int run = 0; run < RUNS; run++) {
            PassTests other = new PassTests();
            other.fill(PAGES * PAGE - random.nextInt(PAGE));
            boolean isNewestFirst = random.nextBoolean();
            List<String> stayed = new ArrayList<>(other.list);
            other.walk(read -> {
                if (random.nextInt(pagesPerChange) > 0) {
                    return;
                }
                if (random.nextInt(3) == 0) {
                    other.list.add(isNewestFirst ? 0 : other.list.size(), "new-" + read);
                } else {
                    stayed.remove(other.list.remove(random.nextInt(other.list.size())));
                }
            });
            if (other.pass.isConclusive()) {
                conclusive++;
                assertThat(other.pass.seen().keySet()).as("run %d", run).containsAll(stayed);
            }
        }
        assertThat(conclusive).isPositive();
    }

    private void fill(int entries) {
        IntStream.range(0, entries).forEach(i -> list.add("id-" + i));
    }

    private void leaveAfter(boolean isTime, int position) {
        if (isTime) {
            list.remove(position);
        }
    }

    /** @param afterwards happens after each read but the last one, with the number of reads so far */
    private void walk(IntConsumer afterwards) {
        while (!read()) {
            afterwards.accept(reads);
        }
    }

    private boolean read() {
        reads++;
        assertThat(reads).isLessThanOrEqualTo(2 * PAGES);
        Page<String> page = page(pass.cursor());
        Map<String, Boolean> items = new HashMap<>();
        page.items().forEach(id -> items.put(id, true));
        return pass.add(page, items, reads);
    }

    private Page<String> page(@Nullable String cursor) {
        int from = Math.min(cursor == null ? 0 : Integer.parseInt(cursor), list.size());
        int to = Math.min(from + PAGE, list.size());
        return new Page<>(list.subList(from, to), to < list.size() ? String.valueOf(to) : null, list.size());
    }
}
