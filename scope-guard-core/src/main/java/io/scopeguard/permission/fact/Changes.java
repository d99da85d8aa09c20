package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The times at which the elements of a set were gained and lost, according to believed reads: roles of a subject, scopes of a role,
 * holders of a role. An element that the first read contained and that never changed has no entry. Immutable and bounded.
 *
 * @param gains present elements that were gained after the first read
 * @param losses the elements that were lost: all that the newest read with losses lacked, and at least the newest
 *     {@value #MAX_LOSSES}
 * @param forgottenUntil the start of the newest read whose losses are not all contained, or the smallest number. It is not known
 *     which elements were lost until then.
 *
 * @hidden
 */
@Internal
public record Changes(Map<String, Gain> gains, Map<String, Loss> losses, long forgottenUntil) {

    public static final Changes NONE = new Changes(Map.of(), Map.of());

    private static final int MAX_LOSSES = 1_000;

    /** Changes of which nothing is forgotten. */
    public Changes(Map<String, Gain> gains, Map<String, Loss> losses) {
        this(gains, losses, Long.MIN_VALUE);
    }

    /**
     * An element was gained.
     *
     * @param lackedUntil the start of the last read without it
     * @param end the end of the first read with it
     */
    public record Gain(long lackedUntil, long end) {

        /** A gain at the first read, before which nothing is known. */
        public static Gain atFirst(long firstEnd) {
            return new Gain(Long.MIN_VALUE, firstEnd);
        }

        /** The gain of two elements that are needed together: a role and its scope, for example. */
        public Gain and(Gain other) {
            return new Gain(Math.max(lackedUntil, other.lackedUntil), Math.max(end, other.end));
        }
    }

    /**
     * An element was lost.
     *
     * @param gain the gain before the loss
     * @param noticed when a read first showed the absence; the loss binds in pictures that were read afterwards
     * @param lostAt the start of the believed read without it
     */
    public record Loss(Gain gain, long noticed, long lostAt) {

        public boolean bindsIn(long pictureReadAt) {
            return pictureReadAt > noticed;
        }
    }

    /** The changes of a fact from the history of another process. */
    static Changes recalled(FactHistory history) {
        Map<String, Gain> gains = new HashMap<>();
        Map<String, Loss> losses = new HashMap<>();
        history.gains().forEach(gain -> gains.put(gain.role(), new Gain(gain.lackedUntil(), gain.end())));
        history.losses()
                .forEach(loss -> losses.put(
                        loss.role(),
                        new Loss(new Gain(loss.lackedUntil(), loss.end()), loss.noticed(), loss.lostAt())));
        return bounded(gains, losses, Long.MIN_VALUE);
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

    /** The gain of a present element. */
    public Gain gain(String element, long firstEnd) {
        Gain gain = gains.get(element);
        return gain == null ? Gain.atFirst(firstEnd) : gain;
    }

    /**
     * The changes including those of the next read.
     *
     * @param before the elements before that read
     * @param now the elements after it
     */
    public Changes followedBy(
            Collection<String> before, Set<String> now, long firstEnd, long lastRead, ReadTimes times) {
        if (now.size() == before.size() && now.containsAll(before)) {
            return this;
        }
        Map<String, Gain> nextGains = new HashMap<>(gains);
        Map<String, Loss> nextLosses = new HashMap<>(losses);
        Set<String> known = Set.copyOf(before);
        Loss ofFirst = new Loss(Gain.atFirst(firstEnd), times.noticed(), times.readAt());
        for (String element : now) {
            if (!known.contains(element)) {
                nextGains.put(element, regained(nextLosses.remove(element), new Gain(lastRead, times.end())));
            }
        }
        for (String element : known) {
            if (!now.contains(element)) {
                Gain gain = nextGains.remove(element);
                nextLosses.put(element, gain == null ? ofFirst : new Loss(gain, times.noticed(), times.readAt()));
            }
        }
        return bounded(nextGains, nextLosses, forgottenUntil);
    }

    /**
     * The changes, with gains that another process noticed earlier than this one. The last read of this process without the element
     * comes before both.
     *
     * @param elements the present elements
     * @param lastRead the start of the last read before the gain
     * @param theirs the gain of an element according to the other process; {@code null} if it did not notice one
     */
    Changes seenEarlier(
            Collection<String> elements, long firstEnd, long lastRead, Function<String, @Nullable Gain> theirs) {
        Map<String, Gain> earlier = new HashMap<>();
        for (String element : elements) {
            Gain ours = gain(element, firstEnd);
            Gain other = ours.end() > lastRead ? theirs.apply(element) : null;
            if (other != null && other.end() > lastRead && other.end() < ours.end()) {
                earlier.put(element, new Gain(Math.max(ours.lackedUntil(), other.lackedUntil()), other.end()));
            }
        }
        if (earlier.isEmpty()) {
            return this;
        }
        Map<String, Gain> next = new HashMap<>(gains);
        next.putAll(earlier);
        return new Changes(Map.copyOf(next), losses, forgottenUntil);
    }

    /** An element that returned before any picture lacked it was never lost. */
    private static Gain regained(@Nullable Loss loss, Gain gain) {
        return loss != null && gain.lackedUntil() <= loss.noticed() ? loss.gain() : gain;
    }

    /**
     * Drops the oldest losses. Those of one read take no more space than the elements took before, so they are kept together at
     * first, and bind like each other.
     */
    private static Changes bounded(Map<String, Gain> gains, Map<String, Loss> losses, long forgottenUntil) {
        int surplus = losses.size() - MAX_LOSSES;
        if (surplus <= 0) {
            return new Changes(Map.copyOf(gains), Map.copyOf(losses), forgottenUntil);
        }
        long newest = losses.values().stream().mapToLong(Loss::lostAt).max().orElseThrow();
        List<Map.Entry<String, Loss>> dropped = losses.entrySet().stream()
                .filter(loss -> loss.getValue().lostAt() != newest)
                .sorted(Comparator.comparingLong(loss -> loss.getValue().lostAt()))
                .limit(surplus)
                .toList();
        Map<String, Loss> kept = new HashMap<>(losses);
        long forgotten = forgottenUntil;
        for (Map.Entry<String, Loss> loss : dropped) {
            kept.remove(loss.getKey());
            forgotten = Math.max(forgotten, loss.getValue().lostAt());
        }
        return new Changes(Map.copyOf(gains), Map.copyOf(kept), forgotten);
    }
}
