package io.scopeguard.permission;

import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Users of organizations of mixed sizes: most are small, a few are very large. Deterministic. */
final class Crowd {

    static final int PAGE = 100;

    /** The spread of the logarithm of sizes: the largest of a thousand organizations is about forty times the average. */
    private static final double SPREAD = 1.5;

    private final List<PermissionKey> users = new ArrayList<>();
    private final int[] sizes;

    Crowd(int users, int organizations) {
        sizes = sizes(users, organizations);
        for (int organization = 0; organization < organizations; organization++) {
            for (int member = 0; member < sizes[organization]; member++) {
                this.users.add(key("user-" + this.users.size(), "organization-" + organization));
            }
        }
    }

    /** All users, as members of one organization. */
    List<PermissionKey> users() {
        return users;
    }

    int largest() {
        return IntStream.of(sizes).max().orElseThrow();
    }

    int median() {
        return IntStream.of(sizes).sorted().skip(sizes.length / 2).findFirst().orElseThrow();
    }

    /** The minimum number of calls that read all members. */
    int pages() {
        return IntStream.of(sizes).map(Crowd::pages).sum();
    }

    private static int pages(int members) {
        return (members + PAGE - 1) / PAGE;
    }

    /** One member for each organization, and the rest by weights. */
    private static int[] sizes(int users, int organizations) {
        Random random = new Random(organizations);
        double[] weights = IntStream.range(0, organizations)
                .mapToDouble(organization -> Math.exp(SPREAD * random.nextGaussian()))
                .toArray();
        double unit = (users - organizations) / DoubleStream.of(weights).sum();
        int[] sizes = DoubleStream.of(weights)
                .mapToInt(weight -> 1 + (int) (weight * unit))
                .toArray();
        sizes[0] += users - IntStream.of(sizes).sum();
        return sizes;
    }

    private static PermissionKey key(String user, String organization) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), organization, Audience.ORGANIZATION);
    }
}
