package io.scopeguard.permission;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The values of a state over time. */
final class Timeline<T> {

    private final List<Instant> begins = new ArrayList<>();
    private final List<T> values = new ArrayList<>();

    Timeline(T first) {
        add(Instant.MIN, first);
    }

    void add(Instant from, T value) {
        begins.add(from);
        values.add(value);
    }

    T last() {
        return values.get(values.size() - 1);
    }

    /** All values between two times, inclusive. */
    List<T> during(Instant from, Instant to) {
        List<T> during = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            boolean ended = i + 1 < values.size() && begins.get(i + 1).isBefore(from);
            if (!ended && !begins.get(i).isAfter(to)) {
                during.add(values.get(i));
            }
        }
        return during;
    }
}
