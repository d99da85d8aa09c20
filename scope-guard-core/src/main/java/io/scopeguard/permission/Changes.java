package io.scopeguard.permission;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The times at which the elements of a set were gained and lost, as far as believed reads show: roles of a subject, scopes of a
 * role, holders of a role. An element that the first read contained and that never changed has no entry. Immutable and bounded.
 *
 * @param gains elements that came after the first read and are there
 * @param losses elements that were lost; the newest {@value #MAX_LOSSES}
 */
record Changes(Map<String, Gain> gains, Map<String, Loss> losses) {

    static final Changes NONE = new Changes(Map.of(), Map.of());

    private static final int MAX_LOSSES = 1_000;

    /**
     * An element was gained.
     *
     * @param lackedUntil the start of the last read without it
     * @param end the end of the first read with it
     */
    record Gain(long lackedUntil, long end) {

        /** At the first read, before which nothing is known. */
        static Gain atFirst(long firstEnd) {
            return new Gain(Long.MIN_VALUE, firstEnd);
        }

        /** Both have to be there: a role and its scope, for example. */
        Gain and(Gain other) {
            return new Gain(Math.max(lackedUntil, other.lackedUntil), Math.max(end, other.end));
        }
    }

    /**
     * An element was lost.
     *
     * @param gain how it had been gained
     * @param noticed when a read had first shown its absence; a loss binds in pictures that were read afterwards
     * @param lostAt the start of the believed read without it
     */
    record Loss(Gain gain, long noticed, long lostAt) {

        boolean bindsIn(long pictureReadAt) {
            return pictureReadAt > noticed;
        }
    }

    /** The changes of a fact that another process kept. */
    static Changes recalled(FactHistory history) {
        Map<String, Gain> gains = new HashMap<>();
        Map<String, Loss> losses = new HashMap<>();
        history.gains().forEach(gain -> gains.put(gain.role(), new Gain(gain.lackedUntil(), gain.end())));
        history.losses()
                .forEach(loss -> losses.put(
                        loss.role(),
                        new Loss(new Gain(loss.lackedUntil(), loss.end()), loss.noticed(), loss.lostAt())));
        return new Changes(Map.copyOf(gains), bounded(losses));
    }

    List<FactHistory.Gain> gainsList() {
        return gains.entrySet().stream()
                .map(entry -> new FactHistory.Gain(
                        entry.getKey(),
                        entry.getValue().lackedUntil(),
                        entry.getValue().end()))
                .toList();
    }

    List<FactHistory.Loss> lossesList() {
        return losses.entrySet().stream()
                .map(entry -> loss(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static FactHistory.Loss loss(String element, Loss loss) {
        return new FactHistory.Loss(
                element, loss.gain().lackedUntil(), loss.gain().end(), loss.noticed(), loss.lostAt());
    }

    /** How an element came that is there. */
    Gain gain(String element, long firstEnd) {
        Gain gain = gains.get(element);
        return gain == null ? Gain.atFirst(firstEnd) : gain;
    }

    /**
     * The changes with those of the next read.
     *
     * @param before the elements until then
     * @param now the elements after it
     */
    Changes followedBy(Collection<String> before, Set<String> now, long firstEnd, long lastRead, ReadTimes times) {
        if (now.size() == before.size() && now.containsAll(before)) {
            return this;
        }
        Map<String, Gain> nextGains = new HashMap<>(gains);
        Map<String, Loss> nextLosses = new HashMap<>(losses);
        Set<String> known = Set.copyOf(before);
        for (String element : now) {
            if (!known.contains(element)) {
                nextGains.put(element, regained(nextLosses.remove(element), new Gain(lastRead, times.end())));
            }
        }
        for (String element : known) {
            if (!now.contains(element)) {
                nextGains.remove(element);
                nextLosses.put(element, new Loss(gain(element, firstEnd), times.noticed(), times.readAt()));
            }
        }
        return new Changes(Map.copyOf(nextGains), bounded(nextLosses));
    }

    /** An element that returned before any picture lacked it was never lost. */
    private static Gain regained(@Nullable Loss loss, Gain gain) {
        return loss != null && gain.lackedUntil() <= loss.noticed() ? loss.gain() : gain;
    }

    private static Map<String, Loss> bounded(Map<String, Loss> losses) {
        while (losses.size() > MAX_LOSSES) {
            String oldest = losses.entrySet().stream()
                    .min((a, b) ->
                            Long.compare(a.getValue().noticed(), b.getValue().noticed()))
                    .orElseThrow()
                    .getKey();
            losses.remove(oldest);
        }
        return Map.copyOf(losses);
    }
}
