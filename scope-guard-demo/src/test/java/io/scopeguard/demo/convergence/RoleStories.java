package io.scopeguard.demo.convergence;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The rows about roles: tokens carry them by a script of the tenant, and the API watches one of each kind. */
final class RoleStories {

    static final String APPROVER = "approver";
    static final String PATRON = "patron";

    private static final String READ = "read:report";

    private RoleStories() {}

    /**
     * A row.
     *
     * @param why the reason for the expected end, where it is not obvious
     */
    record Row(String name, String why, Consumer<Story> scenario) {}

    static Stream<Row> all() {
        return Stream.of(
                new Row("organization role taken", "", story -> {
                    String user = approver(story);
                    ObedientClient page = story.reportsWithRoles(user, READ);
                    story.work(page);
                    story.changeRole(user, "viewer");
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                new Row("organization role taken, requests refused", "", story -> {
                    String user = approver(story);
                    ObedientClient page = story.reportsWithRoles(user, READ);
                    page.turnTo(story.path("/approvals"));
                    story.work(page);
                    story.changeRole(user, "viewer");
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                new Row("organization role given", "a script reads the roles for each token", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reportsWithRoles(user, READ);
                    story.work(page);
                    story.changeRole(user, "viewer", APPROVER);
                    story.goOn(page);
                    story.expect(READ + " role:" + APPROVER, page).refreshes(1);
                }),
                new Row("organization role given, requests refused", "", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reportsWithRoles(user, READ);
                    page.turnTo(story.path("/approvals"));
                    story.work(page);
                    story.changeRole(user, "viewer", APPROVER);
                    story.goOn(page);
                    story.expect(READ + " role:" + APPROVER, page).refreshes(1);
                }),
                new Row("global role taken, requests refused", "", story -> {
                    String user = story.member("viewer");
                    story.stage.directory.principalRoles().add(user, List.of(PATRON));
                    ObedientClient page = story.reportsWithRoles(user, READ);
                    page.turnTo(story.path("/favours"));
                    story.work(page);
                    story.stage.directory.principalRoles().remove(user, PATRON);
                    story.goOn(page);
                    story.expect(READ, page).refreshes(1);
                }),
                new Row("global role given, requests refused", "", story -> {
                    String user = story.member("viewer");
                    ObedientClient page = story.reportsWithRoles(user, READ);
                    page.turnTo(story.path("/favours"));
                    story.work(page);
                    story.stage.directory.principalRoles().add(user, List.of(PATRON));
                    story.goOn(page);
                    story.expect(READ + " role:" + PATRON, page).refreshes(1);
                }),
                new Row(
                        "global role given, no request needs it",
                        "global roles are read only for requests that require one",
                        story -> {
                            String user = story.member("viewer");
                            ObedientClient page = story.reportsWithRoles(user, READ);
                            story.work(page);
                            story.stage.directory.principalRoles().add(user, List.of(PATRON));
                            story.goOn(page);
                            story.expect(READ + " role:" + PATRON, page);
                        }));
    }

    private static String approver(Story story) {
        String user = story.member("viewer");
        story.changeRole(user, "viewer", APPROVER);
        return user;
    }
}
