package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import java.util.Collection;
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
 * @param losses the newest {@value #MAX_LOSSES} elements that were lost
 *
 * @hidden
 */
@Internal
public record Changes(Map<String, Gain> gains, Map<String, Loss> losses) {

    public static final Changes NONE = new Changes(Map.of(), Map.of());

    private static final int MAX_LOSSES = 1_000;

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
        return new Changes(Map.copyOf(next), losses);
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
