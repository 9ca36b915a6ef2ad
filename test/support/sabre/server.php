<?php
/**
 * A CalDAV and CardDAV server of sabre/dav 1.8, as Debian's php-sabre-dav brings it, in SQLite.
 * That version knows neither sync-collection nor scheduling by itself.
 */

// It was written for an older PHP: what that complains of must not get into the answers.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
ini_set('display_errors', '0');
require 'Sabre/autoload.php';

/** Passwords by user. */
$users = json_decode(getenv('DAV_USERS'), true);
$pdo = new PDO('sqlite:' . getenv('DAV_DATABASE'));
$pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);

/** The tables of sabre's own examples, as far as calendars and contacts use them. */
$tables = [
    'calendarobjects (id integer primary key asc, calendardata blob, uri text, calendarid integer,
        lastmodified integer, etag text, size integer, componenttype text,
        firstoccurence integer, lastoccurence integer)',
    'calendars (id integer primary key asc, principaluri text, displayname text, uri text,
        ctag integer, description text, calendarorder integer, calendarcolor text,
        timezone text, components text, transparent bool)',
    'addressbooks (id integer primary key asc, principaluri text, displayname text, uri text,
        description text, ctag integer)',
    'cards (id integer primary key asc, addressbookid integer, carddata blob, uri text,
        lastmodified integer)',
    'principals (id integer primary key asc, uri text unique, email text, displayname text,
        vcardurl text)',
    'groupmembers (id integer primary key asc, principal_id integer, member_id integer)',
];
foreach ($tables as $table) {
    $pdo->exec("create table if not exists $table");
}
$known = $pdo->prepare('insert or ignore into principals (uri, email, displayname) values (?, ?, ?)');
foreach (array_keys($users) as $user) {
    $known->execute(["principals/$user", "$user@example.org", ucfirst($user)]);
}

/** Users who are known by name and password. */
class KnownUsers extends Sabre\DAV\Auth\Backend\AbstractBasic
{
    public function __construct(private array $passwords)
    {
    }

    protected function validateUserPass($name, $secret)
    {
        return isset($this->passwords[$name]) && hash_equals($this->passwords[$name], $secret);
    }
}

$principals = new Sabre\DAVACL\PrincipalBackend\PDO($pdo);
$server = new Sabre\DAV\Server([
    new Sabre\CalDAV\Principal\Collection($principals),
    new Sabre\CalDAV\CalendarRootNode($principals, new Sabre\CalDAV\Backend\PDO($pdo)),
    new Sabre\CardDAV\AddressBookRoot($principals, new Sabre\CardDAV\Backend\PDO($pdo)),
]);
$server->setBaseUri(getenv('DAV_ROOT'));
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new KnownUsers($users), 'sabre'));
$server->addPlugin(new Sabre\DAVACL\Plugin());
$server->addPlugin(new Sabre\CalDAV\Plugin());
$server->addPlugin(new Sabre\CardDAV\Plugin());
$server->exec();
